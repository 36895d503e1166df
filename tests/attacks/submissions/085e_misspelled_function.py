# /// attack
# rows = [85]
# tries = "The name of a function of another exercise is misspelled."
# kind = "fault"
# verdicts = ["raised"]
# says = ["It defines linear_backward"]
# ///
import torch

from .linear import linear_backwards


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
