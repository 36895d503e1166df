"""As the lecture has it: count everything anew, merge the most frequent pair, say so, and do it again."""

from .pairs import get_stats, merge


def train_bpe(text, vocab_size):
    """Learn merges."""
    if vocab_size < 256:
        raise ValueError("a vocabulary holds the 256 bytes at least")
    tokens = list(text.encode("utf-8"))
    merges = {}
    vocab = {idx: bytes([idx]) for idx in range(256)}
    for i in range(vocab_size - 256):
        stats = get_stats(tokens)
        if not stats:
            break
        top = max(stats, key=stats.get)
        tokens = merge(tokens, top, 256 + i)
        merges[top] = 256 + i
        vocab[256 + i] = vocab[top[0]] + vocab[top[1]]
        print(f"{top} becomes {256 + i}; {len(tokens)} tokens are left")
    return merges, vocab
