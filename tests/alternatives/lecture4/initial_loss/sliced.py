"""Slices that are assigned to."""

from math import log

import torch


def expected_initial_loss(vocab):
    return sum(1 / vocab for _ in range(vocab)) * log(vocab)


def init_output(W2, b2):
    with torch.no_grad():
        W2[:] = W2 * 0.01
        b2[:] = torch.zeros(len(b2))
