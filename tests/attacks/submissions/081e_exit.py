# /// attack
# rows = [81]
# tries = "sys.exit() at the end of the file."
# kind = "fault"
# verdicts = ["raised"]
# says = ["cannot be imported", "ends the program"]
# ///
import sys

import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d


sys.exit(0)
