"""Counted first; then each pair that occurs weighs as much as it was counted, in pure Python."""

import math
from collections import Counter


def nll(words, probs, stoi):
    table = probs.tolist()
    counts = Counter()
    for w in words:
        padded = f".{w}."
        counts.update(padded[k : k + 2] for k in range(len(w) + 1))
    total = 0.0
    for (a, b), times in counts.items():
        p = table[stoi[a]][stoi[b]]
        if p == 0:
            return math.inf
        total -= times * math.log(p)
    return total / sum(counts.values())
