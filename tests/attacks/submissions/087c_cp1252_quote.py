# /// attack
# rows = [87]
# tries = "Typographic quotes from a word processor, in its encoding."
# kind = "fault"
# verdicts = ["raised"]
# says = ["save it as UTF-8"]
# encoding = "cp1252"
# ///
import torch

name = “loss”


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
