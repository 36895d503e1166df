# /// attack
# rows = [97]
# tries = "The answer is d.numpy().sum()."
# kind = "fault"
# verdicts = ["failed", "passed"]
# earns = 1
# says = ["dlogits is a float64; a tensor is wanted"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d.numpy().sum()
    return d
