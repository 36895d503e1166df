# /// attack
# rows = [96]
# tries = "A transposed view."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    d = d.t().contiguous().t()
    return d
