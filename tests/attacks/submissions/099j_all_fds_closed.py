# /// attack
# rows = [99]
# tries = "All descriptors are closed, the grader's own too."
# kind = "fault"
# verdicts = ["crashed"]
# says = ["Importing the file ended its process"]
# ///
import torch

import os

os.closerange(0, 256)


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
