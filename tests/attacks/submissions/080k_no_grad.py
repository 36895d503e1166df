# /// attack
# rows = [80]
# tries = "Decorated with torch.no_grad."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import torch


@torch.no_grad()
def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    return d / N
