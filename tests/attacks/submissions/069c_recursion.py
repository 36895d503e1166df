# /// attack
# rows = [69]
# tries = "Recursion without end."
# kind = "fault"
# verdicts = ["raised"]
# says = ["RecursionError", "The recursion has no end"]
# ///
import torch

def depth(n):
    return 1 + depth(n - 1)


def cross_entropy_backward(logits, targets):
    depth(3)
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
