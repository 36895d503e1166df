# /// attack
# rows = [93]
# tries = "float64 for float32."
# kind = "fault"
# verdicts = ["failed", "passed"]
# says = ["dlogits is a tensor of float64; float32 is wanted."]
# earns = 8
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    d = d.double()
    return d
