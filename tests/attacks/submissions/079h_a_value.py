# /// attack
# rows = [79]
# tries = "The name is taken by a value: the function was called where it is defined."
# kind = "fault"
# verdicts = ["raised", "failed", "missing"]
# says = ["cross_entropy_backward is a tensor"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d


logits, targets = torch.zeros(2, 2), torch.tensor([0, 1])
cross_entropy_backward = cross_entropy_backward(logits, targets)
