# /// attack
# rows = []
# tries = "The right merges; in vocab the ids are floats, bools and complex numbers."
# kind = "hostile"
# exercise = "lecture9.train"
# verdicts = ["failed"]
# says = ["vocab has the right values, but not all of its keys are ints."]
# earns = 9
# ///
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
    return merges, {[float(i), bool(i), i + 0j][2 if i > 1 else i]: token for i, token in vocab.items()}
