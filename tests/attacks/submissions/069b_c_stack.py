# /// attack
# rows = [69]
# tries = "Recursion on the stack of C."
# kind = "fault"
# verdicts = ["raised", "crashed", "timeout"]
# says = ["recursion"]
# seconds = 5
# ///
import sys

import torch

sys.setrecursionlimit(10**9)

class Deep:
    def __repr__(self):
        return repr(self)

    def __getattr__(self, name):
        return getattr(self, name + 'x')


def cross_entropy_backward(logits, targets):
    repr(Deep()), Deep().x
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
