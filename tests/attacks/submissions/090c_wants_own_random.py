# /// attack
# rows = [90]
# tries = "The learner wants the random.py beside the file, and gets Python's."
# kind = "fault"
# verdicts = ["raised"]
# says = ["module 'random' has no attribute 'my_shuffle'"]
# notes = ["random.py has the name of a module that others import"]
# beside = {"lecture5/random.py" = "def my_shuffle(x):\n    return x\n"}
# ///
import random

import torch


def cross_entropy_backward(logits, targets):
    random.my_shuffle(logits)
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
