# /// attack
# rows = [87]
# tries = "An accent saved as Latin-1, in a comment."
# kind = "fault"
# verdicts = ["raised"]
# says = ["Line 3 holds a byte (0xe9) that is not UTF-8", "save it as UTF-8"]
# encoding = "latin-1"
# ///
import torch

# dérivée


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
