# /// attack
# rows = [78]
# tries = "A bracket stays open."
# kind = "fault"
# verdicts = ["raised"]
# says = ["this '(' is never closed"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1
    d[torch.arange(N), targets] -= 1
    return d / N
