# /// attack
# rows = [63]
# tries = "A list that grows without end."
# kind = "fault"
# verdicts = ["raised"]
# says = ["MemoryError", "It needs more than the 2 GB"]
# confined = true
# breaks = []
# ///
import torch


def cross_entropy_backward(logits, targets):
    x = []
    while len(x) < 400:
        x.append(bytes(1 << 24))
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
