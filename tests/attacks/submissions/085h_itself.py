# /// attack
# rows = [85]
# tries = "The file imports itself."
# kind = "fault"
# verdicts = ["raised"]
# says = ["imports itself"]
# ///
import torch

from .cross_entropy import cross_entropy_backward


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
