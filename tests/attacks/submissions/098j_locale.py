# /// attack
# rows = [98]
# tries = "Global state is left behind: another locale."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import torch

import locale

try:
    locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")
except locale.Error:
    locale.setlocale(locale.LC_ALL, "")


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
