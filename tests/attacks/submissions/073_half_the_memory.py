# /// attack
# rows = [73]
# tries = "A gigabyte in use for a while, which is allowed."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import numpy as np
import torch


def cross_entropy_backward(logits, targets):
    if logits.shape[0] == 32:
        a = np.ones((8000, 8000))
        b = a + a
        c = np.ones((1000, 8000)) @ a[:, :100]
        del a, b, c
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
