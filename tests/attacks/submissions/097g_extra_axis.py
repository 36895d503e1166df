# /// attack
# rows = [97]
# tries = "The answer is d[None]."
# kind = "fault"
# verdicts = ["failed", "passed"]
# earns = 1
# says = ["dlogits has shape (1, "]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d[None]
    return d
