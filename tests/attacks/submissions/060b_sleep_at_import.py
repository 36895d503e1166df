# /// attack
# rows = [60]
# tries = "Sleeps while it is imported."
# kind = "hostile"
# verdicts = ["timeout"]
# says = ["__main__"]
# seconds = 0.5
# ///
import time

import torch

time.sleep(1000)


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
