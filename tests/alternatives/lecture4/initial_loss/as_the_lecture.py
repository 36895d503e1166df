"""Through .data, which autograd does not see, with the lecture's minus log of 1/27."""

import torch


def expected_initial_loss(vocab):
    return -torch.tensor(1 / vocab, dtype=torch.float64).log().item()


def init_output(W2, b2):
    W2.data *= 0.01
    b2.data *= 0
