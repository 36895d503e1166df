# /// attack
# rows = [99]
# tries = "print after stdout was closed, in the function."
# kind = "fault"
# verdicts = ["raised"]
# says = ["I/O operation on closed file"]
# ///
import torch

import sys

sys.stdout.close()


def cross_entropy_backward(logits, targets):
    print('hello')
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
