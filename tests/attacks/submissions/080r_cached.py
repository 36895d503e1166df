# /// attack
# rows = [80]
# tries = "functools.cache around a function of tensors, which are hashed by their identity."
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


cross_entropy_backward = functools.lru_cache(maxsize=8)(cross_entropy_backward)
