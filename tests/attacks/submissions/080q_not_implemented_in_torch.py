# /// attack
# rows = [80]
# tries = "torch's own NotImplementedError is no stub's."
# kind = "fault"
# verdicts = ["raised"]
# says = ["not implemented for 'Long'"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    torch.softmax(targets, dim=0)
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
