# /// attack
# rows = [100]
# tries = "Right most of the time."
# kind = "fault"
# verdicts = ["failed", "passed"]
# earns = 7
# ///
import random

import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    if random.random() < 0.3:
        d = d * 2
    return d
