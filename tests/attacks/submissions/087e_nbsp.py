# /// attack
# rows = [87]
# tries = "A no-break space from a web page."
# kind = "fault"
# verdicts = ["raised"]
# says = ["invisible character (U+00A0)"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    x = 1 + 2
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
