"""Through NumPy: the ids that come out are NumPy's integers, which are equal to int and hash alike."""

from collections import Counter

import numpy as np


def get_stats(ids):
    array = np.array(ids, dtype=np.int64)
    return Counter(zip(array[:-1], array[1:], strict=True))


def merge(ids, pair, idx):
    array = np.array(ids, dtype=np.int64)
    used, kept = -1, []
    for i, token in enumerate(array):
        if i == used:
            continue
        if i + 1 < len(array) and token == pair[0] and array[i + 1] == pair[1]:
            token, used = np.int64(idx), i + 1
        kept.append(token)
    return kept
