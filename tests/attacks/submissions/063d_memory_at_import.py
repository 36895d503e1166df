# /// attack
# rows = [63]
# tries = "As above, at the top of the file."
# kind = "fault"
# verdicts = ["raised"]
# says = ["It needs more than the 2 GB"]
# confined = true
# breaks = []
# ///
import numpy as np
import torch

table = np.ones((10**5, 10**5))


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
