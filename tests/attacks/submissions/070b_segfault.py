# /// attack
# rows = [70]
# tries = "A write to address 0, while it is imported."
# kind = "hostile"
# verdicts = ["crashed"]
# says = ["Importing the file ended its process: "]
# ///
import ctypes

import torch

ctypes.memset(0, 1, 1)


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
