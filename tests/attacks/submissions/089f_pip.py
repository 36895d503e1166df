# /// attack
# rows = [89]
# tries = "A terminal's command."
# kind = "fault"
# verdicts = ["raised"]
# says = ["is a command for the terminal"]
# ///
import torch

pip install torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
