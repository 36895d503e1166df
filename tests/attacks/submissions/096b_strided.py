# /// attack
# rows = [96]
# tries = "A view with strides, into a larger tensor."
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
    big = torch.full((N * 2, d.shape[1] * 3), 9.0, dtype=d.dtype)
    big[::2, ::3] = d
    d = big[::2, ::3]
    return d
