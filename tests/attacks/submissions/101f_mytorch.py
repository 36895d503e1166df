# /// attack
# rows = [101]
# tries = "mytorch is not there."
# kind = "fault"
# verdicts = ["raised"]
# says = ["No module named 'mytorch'", "packages"]
# ///
import torch
import mytorch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
