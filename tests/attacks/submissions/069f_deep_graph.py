# /// attack
# rows = [69]
# tries = "A raised limit for a recursion that ends, 5,000 calls deep."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import sys

import torch

sys.setrecursionlimit(10_000)

def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


def cross_entropy_backward(logits, targets):
    depth(5000)
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
