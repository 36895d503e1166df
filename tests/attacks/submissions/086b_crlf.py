# /// attack
# rows = [86]
# tries = "Windows line ends."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# crlf = true
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    return d / N
