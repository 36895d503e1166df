"""Through NumPy: the ids that come out are NumPy's integers, which are equal to int and hash alike."""

from collections import Counter
from itertools import pairwise

import numpy as np


def get_stats(ids):
    return Counter(pairwise(np.array(ids, dtype=np.int64)))


def merge(ids, pair, idx):
    array = np.array(ids, dtype=np.int64)
    used, kept = -1, []
    for i, token in enumerate(array):
        if i == used:
            continue
        if i + 1 < len(array) and token == pair[0] and array[i + 1] == pair[1]:
            kept.append(np.int64(idx))
            used = i + 1
        else:
            kept.append(token)
    return kept
