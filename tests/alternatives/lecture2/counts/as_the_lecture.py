"""The lecture's listing with one dot on each side: a list of characters, and pairwise for its zip(chs, chs[1:])."""

from itertools import pairwise

import torch


def count_bigrams(words, stoi):
    N = torch.zeros((len(stoi), len(stoi)), dtype=torch.int32)
    for w in words:
        chs = [".", *list(w), "."]
        for ch1, ch2 in pairwise(chs):
            ix1 = stoi[ch1]
            ix2 = stoi[ch2]
            N[ix1, ix2] += 1
    return N
