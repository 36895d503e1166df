# /// attack
# rows = []
# tries = "The right merges, keyed by (np.float64, complex), with arrays of one number for ids."
# kind = "hostile"
# exercise = "lecture9.train"
# verdicts = ["failed"]
# says = ["merges maps each pair of ids to its new id, {(left id, right id): id}, and an id is an int."]
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
    return {(np.float64(a), b + 0j): np.array([[float(n)]]) for (a, b), n in merges.items()}, vocab
