# /// attack
# rows = [93]
# tries = "A dtype that torch knows little of."
# kind = "fault"
# verdicts = ["failed", "passed"]
# earns = 1
# says = ["dlogits is a tensor of uint16; float64 is wanted."]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    d = d.abs().to(torch.uint16)
    return d
