# /// attack
# rows = [101]
# tries = "A name that NumPy dropped."
# kind = "fault"
# verdicts = ["raised"]
# says = ["`np.float` was a deprecated alias"]
# ///
import numpy as np
import torch


def cross_entropy_backward(logits, targets):
    np.float(1)
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
