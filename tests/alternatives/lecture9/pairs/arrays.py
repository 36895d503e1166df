"""NumPy: unique pairs in the order of their first place, and occurrences found all at once."""

import numpy as np


def get_stats(ids):
    """Count pairs."""
    if len(ids) < 2:
        return {}
    pairs = np.stack([ids[:-1], ids[1:]], 1)
    kinds, first, counts = np.unique(pairs, axis=0, return_index=True, return_counts=True)
    return {(int(kinds[k][0]), int(kinds[k][1])): int(counts[k]) for k in np.argsort(first)}


def merge(ids, pair, idx):
    """Replace a pair."""
    array = np.array(ids, dtype=np.int64)
    hits = np.flatnonzero((array[:-1] == pair[0]) & (array[1:] == pair[1]))
    chosen = []
    for hit in hits.tolist():
        if not chosen or hit > chosen[-1] + 1:
            chosen.append(hit)
    array[chosen] = idx
    return np.delete(array, [hit + 1 for hit in chosen]).tolist()
