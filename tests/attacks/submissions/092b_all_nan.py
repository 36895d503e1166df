# /// attack
# rows = [92]
# tries = "0/0 everywhere."
# kind = "fault"
# verdicts = ["failed", "passed"]
# earns = 1
# says = ["dlogits is NaN"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    d = d * 0 / 0
    return d
