# /// attack
# rows = [85]
# tries = "The tests' package is imported."
# kind = "fault"
# verdicts = ["raised"]
# says = ["No module named 'tests"]
# confined = true
# breaks = [1, 2]
# ///
import torch

from tests.hidden.lecture5 import test_cross_entropy


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
