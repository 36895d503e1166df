# /// attack
# rows = [97]
# tries = "The answer is float(d.sum())."
# kind = "fault"
# verdicts = ["failed", "passed"]
# earns = 1
# says = ["dlogits is a float; a tensor is wanted."]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return float(d.sum())
    return d
