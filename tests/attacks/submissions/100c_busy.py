# /// attack
# rows = [100]
# tries = "Four threads of Python busy in the background, and right."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import threading
import time

import torch

def spin():
    until = time.monotonic() + 3
    while time.monotonic() < until:
        sum(range(1000))


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d


for _ in range(4):
    threading.Thread(target=spin, daemon=True).start()
