# /// attack
# rows = [85]
# tries = "Another exercise is imported without the dot, and used."
# kind = "fault"
# verdicts = ["raised"]
# says = ["from .linear import"]
# ///
import torch

from linear import linear_backward


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return linear_backward(d)
