# /// attack
# rows = [88]
# tries = "UTF-32."
# kind = "fault"
# verdicts = ["raised"]
# says = ["UTF-32", "UTF-8"]
# encoding = "utf-32"
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    return d / N
