# /// attack
# rows = [61]
# tries = "Raises StopIteration, which a loop would take for its end."
# kind = "hostile"
# verdicts = ["raised"]
# says = ["StopIteration"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    raise StopIteration
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
