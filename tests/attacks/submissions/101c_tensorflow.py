# /// attack
# rows = [101]
# tries = "tensorflow is not there, and not needed."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import torch
import tensorflow


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
