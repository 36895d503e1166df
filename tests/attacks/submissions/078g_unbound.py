# /// attack
# rows = [78]
# tries = "A variable is set in one branch only."
# kind = "fault"
# verdicts = ["raised"]
# says = ["scale"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    if logits.shape[0] > 10**6:
        scale = 1
    logits = logits * scale
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
