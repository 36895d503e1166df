# /// attack
# rows = [85]
# tries = "Two files import each other."
# kind = "fault"
# verdicts = ["raised"]
# says = ["import each other"]
# beside = {"lecture5/my_helper.py" = "from .cross_entropy import cross_entropy_backward\n\n\ndef helper():\n    pass\n"}
# ///
import torch

from .my_helper import helper


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
