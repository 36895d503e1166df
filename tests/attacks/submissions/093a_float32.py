# /// attack
# rows = [93]
# tries = "float32 for float64."
# kind = "fault"
# verdicts = ["failed", "passed"]
# earns = 3
# says = ["dlogits is a tensor of float32; float64 is wanted."]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    d = d.float()
    return d
