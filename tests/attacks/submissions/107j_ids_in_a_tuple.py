# /// attack
# rows = []
# tries = "The right ids in a tuple, and the right text in a list."
# kind = "hostile"
# exercise = "lecture9.codec"
# verdicts = ["failed"]
# says = ["a list is wanted"]
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
    return tuple(right(text, merges))


def decode(ids, vocab):
    return [b"".join(vocab[i] for i in ids).decode("utf-8", "replace")]
