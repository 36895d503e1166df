# /// attack
# rows = [96]
# tries = "An expanded view: right for one row only."
# kind = "fault"
# verdicts = ["failed", "passed"]
# earns = 1
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    d = d[:1].expand(N, -1)
    return d
