"""New tensors, copied into the old ones; the loss by log-sum-exp of zeros."""

import numpy as np
import torch


def expected_initial_loss(vocab):
    return float(np.log(np.exp(np.zeros(vocab)).sum()))


@torch.no_grad()
def init_output(W2, b2):
    W2.copy_(W2 / 100)
    b2.fill_(0.0)
