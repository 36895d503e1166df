# /// attack
# rows = [95]
# tries = "A nested tensor."
# kind = "fault"
# verdicts = ["failed", "passed"]
# earns = 1
# says = ["; a tensor is wanted"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    d = torch.nested.nested_tensor(list(d))
    return d
