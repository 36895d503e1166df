"""A product of one-hot matrices: counts = onehot(first)ᵀ @ onehot(second)."""

import torch
import torch.nn.functional as F


def count_bigrams(words, stoi):
    V = len(stoi)
    total = torch.zeros(V, V)
    for w in words:
        path = F.one_hot(torch.tensor([0, *map(stoi.__getitem__, w), 0]), V).float()
        total += path[:-1].T @ path[1:]
    return total.to(torch.int32)
