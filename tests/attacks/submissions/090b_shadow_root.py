# /// attack
# rows = [90]
# tries = "The same beside the units."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# notes = ["random.py has the name of a module that others import"]
# beside = {"random.py" = "raise SystemExit\n", "torch.py" = "raise SystemExit\n", "lecture5/__init__.py" = "raise SystemExit('never run')\n"}
# ///
import random

import torch


def cross_entropy_backward(logits, targets):
    random.random()
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
