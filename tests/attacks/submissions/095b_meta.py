# /// attack
# rows = [95]
# tries = "A tensor on the meta device."
# kind = "fault"
# verdicts = ["failed", "passed"]
# earns = 1
# says = ["the meta device, which holds no numbers"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    d = d.to("meta")
    return d
