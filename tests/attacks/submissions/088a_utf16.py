# /// attack
# rows = [88]
# tries = "UTF-16, as Notepad's Unicode."
# kind = "fault"
# verdicts = ["raised"]
# says = ["UTF-16", "UTF-8"]
# encoding = "utf-16"
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    return d / N
