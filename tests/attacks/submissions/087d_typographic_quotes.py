# /// attack
# rows = [87]
# tries = "Typographic quotes."
# kind = "fault"
# verdicts = ["raised"]
# says = ["is a typographic quote"]
# ///
import torch

name = “loss”


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
