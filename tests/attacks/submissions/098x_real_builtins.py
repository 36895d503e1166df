# /// attack
# rows = [98]
# tries = "Global state is left behind: builtins replaced for everybody."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import torch

import builtins

builtins.print = lambda *a, **k: None
builtins.sum = lambda x: 0


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
