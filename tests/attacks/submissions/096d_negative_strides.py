# /// attack
# rows = [96]
# tries = "A NumPy view with negative strides, made a tensor again."
# kind = "fault"
# verdicts = ["raised"]
# says = ["negative", ".copy()"]
# ///
import numpy as np
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    d = torch.from_numpy(np.ascontiguousarray(d.numpy()[::-1])[::-1])
    return d
