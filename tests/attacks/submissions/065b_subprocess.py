# /// attack
# rows = [65]
# tries = "A command is run, as !ls would be."
# kind = "fault"
# verdicts = ["raised"]
# says = ["other processes"]
# confined = true
# breaks = []
# ///
import subprocess

import torch


def cross_entropy_backward(logits, targets):
    subprocess.run(["ls"])
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
