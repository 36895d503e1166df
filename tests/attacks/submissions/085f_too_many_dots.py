# /// attack
# rows = [85]
# tries = "The relative import climbs out of the course."
# kind = "fault"
# verdicts = ["raised"]
# says = ["Import other exercises as the stubs do"]
# ///
import torch

from ...linear import linear_backward


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
