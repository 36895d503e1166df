# /// attack
# rows = [61]
# tries = "Raises KeyboardInterrupt, as Ctrl-C would."
# kind = "hostile"
# verdicts = ["raised"]
# says = ["KeyboardInterrupt"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    raise KeyboardInterrupt
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
