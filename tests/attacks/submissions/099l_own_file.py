# /// attack
# rows = [99]
# tries = "The learner's code reads its own file."
# kind = "fault"
# verdicts = ["raised"]
# says = ["sees no files"]
# confined = true
# breaks = []
# ///
import torch

from pathlib import Path

text = Path(__file__).read_text()


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
