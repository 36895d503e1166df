# /// attack
# rows = [78]
# tries = "A colon is forgotten."
# kind = "fault"
# verdicts = ["raised"]
# says = ["Line 4: a colon is missing here"]
# ///
import torch


def cross_entropy_backward(logits, targets)
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    return d / N
