# /// attack
# rows = [70]
# tries = "abort()."
# kind = "hostile"
# verdicts = ["crashed"]
# says = ["No answer from cross_entropy_backward(logits, targets):"]
# ///
import os

import torch


def cross_entropy_backward(logits, targets):
    os.abort()
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
