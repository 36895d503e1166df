# /// attack
# rows = [69]
# tries = "Recursion without end below a raised limit."
# kind = "fault"
# verdicts = ["raised", "crashed", "timeout"]
# says = ["recursion"]
# seconds = 5
# ///
import sys

import torch

sys.setrecursionlimit(10**9)

def deeper(n):
    return deeper(n + 1) + 1


def cross_entropy_backward(logits, targets):
    deeper(0)
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
