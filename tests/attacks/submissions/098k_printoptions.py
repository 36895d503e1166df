# /// attack
# rows = [98]
# tries = "Global state is left behind: other print options."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import torch

import numpy as np

torch.set_printoptions(precision=1, sci_mode=True), np.set_printoptions(precision=1)


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
