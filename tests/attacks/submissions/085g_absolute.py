# /// attack
# rows = [85]
# tries = "Another exercise by its full name."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import torch

from exercises.lecture5.linear import linear_backward


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
