# /// attack
# rows = [79]
# tries = "The function is deleted at the end."
# kind = "fault"
# verdicts = ["missing"]
# says = ["defines no function cross_entropy_backward"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d


del cross_entropy_backward
