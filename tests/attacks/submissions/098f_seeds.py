# /// attack
# rows = [98]
# tries = "Global state is left behind: all generators are seeded."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import torch

import random

import numpy as np

random.seed(0), np.random.seed(0), torch.manual_seed(0)


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
