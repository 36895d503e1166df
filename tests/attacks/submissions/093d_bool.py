# /// attack
# rows = [93]
# tries = "A boolean tensor."
# kind = "fault"
# verdicts = ["failed", "passed"]
# earns = 1
# says = ["dlogits is a tensor of bool; float64 is wanted."]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    d = d > 0
    return d
