"""A defaultdict, and a generator that reads ids through an iterator with one id held back."""

from collections import defaultdict


def get_stats(ids):
    """Count pairs."""
    counts = defaultdict(int)
    for place in range(1, len(ids)):
        counts[ids[place - 1], ids[place]] += 1
    return counts


def _merged(ids, left, right, idx):
    held = None
    for token in ids:
        if held is not None and held == left and token == right:
            yield idx
            held = None
            continue
        if held is not None:
            yield held
        held = token
    if held is not None:
        yield held


def merge(ids, pair, idx):
    """Replace a pair."""
    return list(_merged(ids, *pair, idx))
