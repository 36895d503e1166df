# /// attack
# rows = []
# tries = "Nothing is tried: the ids are NumPy's integers, which are ids too. Counting anew costs the point for speed."
# kind = "fault"
# exercise = "lecture9.train"
# verdicts = ["passed", "failed"]
# earns = "all"
# ///
import numpy as np

from .pairs import get_stats, merge


def right(text, vocab_size):
    if vocab_size < 256:
        raise ValueError(vocab_size)
    ids, merges = list(text.encode()), {}
    vocab = {i: bytes([i]) for i in range(256)}
    while len(vocab) < vocab_size:
        counts = get_stats(ids)
        if not counts:
            break
        pair, new = max(counts, key=counts.get), len(vocab)
        ids = merge(ids, pair, new)
        merges[pair] = new
        vocab[new] = vocab[pair[0]] + vocab[pair[1]]
    return merges, vocab


def train_bpe(text, vocab_size):
    merges, vocab = right(text, vocab_size)
    return {(np.int64(a), np.uint16(b)): np.int32(n) for (a, b), n in merges.items()}, {np.int64(i): token for i, token in vocab.items()}
