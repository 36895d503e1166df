"""Counted in a dict, as the lecture begins, then written into the table."""

from collections import Counter

import torch


def count_bigrams(words, stoi):
    b = Counter()
    for w in words:
        path = [stoi["."], *(stoi[c] for c in w), stoi["."]]
        b.update((path[k], path[k + 1]) for k in range(len(path) - 1))
    table = [[b[i, j] for j in range(len(stoi))] for i in range(len(stoi))]
    return torch.tensor(table, dtype=torch.int64)
