# /// attack
# rows = [92]
# tries = "exp overflows for large logits: NaN there, right elsewhere."
# kind = "fault"
# verdicts = ["failed", "passed"]
# earns = 5
# says = ["dlogits is NaN at ["]
# ///
import torch


def cross_entropy_backward(logits, targets):
    counts = logits.exp()
    d = counts / counts.sum(1, keepdim=True)
    d[torch.arange(len(d)), targets] -= 1
    return d / len(d)
