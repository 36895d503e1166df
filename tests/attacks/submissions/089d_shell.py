# /// attack
# rows = [89]
# tries = "A notebook's shell command."
# kind = "fault"
# verdicts = ["raised"]
# says = ["Line 3 is a notebook command (!pip install torch)"]
# ///
import torch

!pip install torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
