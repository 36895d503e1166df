# /// attack
# rows = [80]
# tries = "The arguments are swapped."
# kind = "fault"
# verdicts = ["raised"]
# says = ["cross_entropy_backward(logits, targets)"]
# ///
import torch


def cross_entropy_backward(targets, logits):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    return d / N
