"""The lecture's listing with one dot on each side; the sum is a tensor of the table's dtype."""

from itertools import pairwise

import torch


def nll(words, probs, stoi):
    log_likelihood = 0.0
    n = 0
    for w in words:
        for ch1, ch2 in pairwise([".", *list(w), "."]):
            prob = probs[stoi[ch1], stoi[ch2]]
            log_likelihood += torch.log(prob)
            n += 1
    return (-log_likelihood / n).item()
