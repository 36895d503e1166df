# /// attack
# rows = []
# tries = "The right ids as NumPy's floats, and the right text as NumPy's."
# kind = "hostile"
# exercise = "lecture9.codec"
# verdicts = ["failed"]
# says = ["holds a float64; an int is wanted there."]
# ///
import numpy as np

from .pairs import get_stats, merge


class Id(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


def right(text, merges):
    ids = list(text.encode())
    while len(ids) >= 2:
        pair = min(get_stats(ids), key=lambda p: merges.get(p, float("inf")))
        if pair not in merges:
            break
        ids = merge(ids, pair, merges[pair])
    return ids


def encode(text, merges):
    return [np.float64(i) for i in right(text, merges)]


def decode(ids, vocab):
    return np.str_(b"".join(vocab[i] for i in ids).decode("utf-8", "replace"))
