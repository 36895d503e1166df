# /// attack
# rows = [98]
# tries = "Global state is left behind: NumPy raises at underflow."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import torch

import numpy as np

np.seterr(all="raise")


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
