# /// attack
# rows = [68]
# tries = "Floods stdout from a thread all the time, and is right."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import os
import threading

import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d


def flood():
    while True:
        os.write(1, b"hello " * 10_000)


threading.Thread(target=flood, daemon=True).start()
