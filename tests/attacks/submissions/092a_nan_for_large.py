# /// attack
# rows = [92]
# tries = "exp overflows for large logits: NaN there, right elsewhere."
# kind = "fault"
# verdicts = ["failed", "passed"]
# says = ["dlogits is NaN at ["]
# earns = 7
# ///
import torch


def cross_entropy_backward(logits, targets):
    counts = logits.exp()
    d = counts / counts.sum(1, keepdim=True)
    d[torch.arange(len(d)), targets] -= 1
    return d / len(d)
