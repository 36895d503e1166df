# /// attack
# rows = [70]
# tries = "Kills itself."
# kind = "hostile"
# verdicts = ["crashed", "raised", "timeout"]
# seconds = 3
# ///
import os
import signal

import torch


def cross_entropy_backward(logits, targets):
    os.kill(os.getpid(), signal.SIGKILL)
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
