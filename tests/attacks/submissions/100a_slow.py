# /// attack
# rows = [100]
# tries = "Slow, and right."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# seconds = 2
# ///
import time

import torch


def cross_entropy_backward(logits, targets):
    time.sleep(1.0 if logits.shape[0] == 32 else 0.02)
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
