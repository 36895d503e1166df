# /// attack
# rows = [93]
# tries = "Computed in float32 and returned as float64."
# kind = "fault"
# verdicts = ["failed", "passed"]
# earns = 3
# says = ["dlogits are not right"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    kind = logits.dtype
    logits = logits.float()
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    d = d.to(kind)
    return d
