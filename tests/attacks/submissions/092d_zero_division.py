# /// attack
# rows = [92]
# tries = "A division of Python numbers by zero."
# kind = "fault"
# verdicts = ["raised"]
# says = ["ZeroDivisionError"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    d = d / (1 / (N - N))
    return d
