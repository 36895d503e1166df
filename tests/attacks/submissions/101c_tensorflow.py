# /// attack
# rows = [101]
# tries = "tensorflow is not there."
# kind = "fault"
# verdicts = ["raised"]
# says = ["No module named 'tensorflow'", "packages"]
# ///
import torch
import tensorflow


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
