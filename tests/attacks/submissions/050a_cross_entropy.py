# /// attack
# rows = [50]
# tries = "F.cross_entropy in a forward pass that should be written out."
# kind = "hostile"
# verdicts = ["forbidden", "failed", "raised", "passed"]
# earns = 1
# says = ["not allowed"]
# ///
import torch
import torch.nn.functional as F


def cross_entropy_backward(logits, targets):
    F.cross_entropy(logits, targets)
    d = torch.softmax(logits, 1)
    d[torch.arange(len(d)), targets] -= 1
    return d / len(d)
