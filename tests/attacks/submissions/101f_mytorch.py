# /// attack
# rows = [101]
# tries = "mytorch is not there, and used."
# kind = "fault"
# verdicts = ["raised"]
# says = ["mytorch.softmax() is used, but mytorch is not installed here."]
# ///
import torch
import mytorch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = mytorch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
