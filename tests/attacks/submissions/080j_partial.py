# /// attack
# rows = [80]
# tries = "functools.partial is callable."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import functools

import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d


def scaled(scale, logits, targets):
    return scale * _written(logits, targets)


_written = cross_entropy_backward
cross_entropy_backward = functools.partial(scaled, 1.0)
