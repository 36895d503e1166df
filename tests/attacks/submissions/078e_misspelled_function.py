# /// attack
# rows = [78]
# tries = "A function of torch is misspelled."
# kind = "fault"
# verdicts = ["raised"]
# says = ["has no attribute 'sofmax'", "softmax"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.sofmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    return d / N
