# /// attack
# rows = [101]
# tries = "Syntax of a newer Python."
# kind = "fault"
# verdicts = ["raised"]
# says = ["Python 3.11 cannot read this"]
# ///
import torch

type Number = int


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
