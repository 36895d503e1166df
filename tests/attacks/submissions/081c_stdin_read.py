# /// attack
# rows = [81]
# tries = "A number is read from stdin, which is empty."
# kind = "fault"
# verdicts = ["raised"]
# says = ["invalid literal for int()"]
# ///
import sys

import torch

count = int(sys.stdin.readline())


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
