# /// attack
# rows = [98]
# tries = "Warnings are errors, and the learner's own code warns."
# kind = "fault"
# verdicts = ["raised"]
# says = ["UserWarning"]
# ///
import torch

import warnings

warnings.simplefilter("error")


def cross_entropy_backward(logits, targets):
    torch.tensor(logits)
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
