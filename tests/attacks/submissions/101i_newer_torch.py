# /// attack
# rows = [101]
# tries = "A function that this torch does not have."
# kind = "fault"
# verdicts = ["raised"]
# says = ["has no attribute 'super_softmax'"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    torch.nn.functional.super_softmax(logits)
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
