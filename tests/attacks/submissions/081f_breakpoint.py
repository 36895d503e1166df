# /// attack
# rows = [81]
# tries = "A breakpoint() was left in."
# kind = "fault"
# verdicts = ["raised"]
# says = ["breakpoint()"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    breakpoint()
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
