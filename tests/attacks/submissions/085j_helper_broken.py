# /// attack
# rows = [85]
# tries = "A helper module has a syntax error."
# kind = "fault"
# verdicts = ["raised"]
# says = ["my_helper.py"]
# beside = {"lecture5/my_helper.py" = "def helper(:\n    pass\n"}
# ///
import torch

from .my_helper import helper


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
