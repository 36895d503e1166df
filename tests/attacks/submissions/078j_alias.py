# /// attack
# rows = [78]
# tries = "np is used and not imported."
# kind = "fault"
# verdicts = ["raised"]
# says = ["name 'np' is not defined", "import numpy as np"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    np.zeros(3)
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
