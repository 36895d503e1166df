# /// attack
# rows = [95]
# tries = "A sparse tensor."
# kind = "fault"
# verdicts = ["failed", "passed"]
# earns = 1
# says = ["dlogits is a sparse tensor; a tensor is wanted."]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    d = d.to_sparse()
    return d
