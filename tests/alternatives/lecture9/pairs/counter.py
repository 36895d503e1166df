"""A Counter of zipped neighbours, and a merge that looks back at what it has built so far."""

from collections import Counter
from itertools import pairwise


def get_stats(ids):
    """Count pairs."""
    return Counter(pairwise(ids))


def merge(ids, pair, idx):
    """Replace a pair; `fresh` says whether the last output is an id that may still be merged."""
    left, right = pair
    out, fresh = [], False
    for token in ids:
        if fresh and out[-1] == left and token == right:
            out[-1] = idx
            fresh = False
        else:
            out.append(token)
            fresh = True
    return out
