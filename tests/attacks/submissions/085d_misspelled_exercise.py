# /// attack
# rows = [85]
# tries = "The name of another exercise is misspelled."
# kind = "fault"
# verdicts = ["raised"]
# says = ["Did you mean"]
# ///
import torch

from .liner import linear_backward


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
