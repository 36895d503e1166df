# /// attack
# rows = [80]
# tries = "torch.compile starts a compiler."
# kind = "fault"
# verdicts = ["raised"]
# says = ["torch.compile"]
# ///
import torch


@torch.compile
def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    return d / N
