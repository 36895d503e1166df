# /// attack
# rows = [86]
# tries = "A byte-order mark."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# bom = true
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    return d / N
