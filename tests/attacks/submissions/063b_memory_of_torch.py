# /// attack
# rows = [63]
# tries = "A tensor of 100 GB, by an honest mistake."
# kind = "fault"
# verdicts = ["raised"]
# says = ["It needs more than the 2 GB"]
# confined = true
# breaks = []
# ///
import torch


def cross_entropy_backward(logits, targets):
    torch.zeros(logits.shape[0], 10**5, 10**5)
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
