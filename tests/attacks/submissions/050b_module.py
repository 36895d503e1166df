# /// attack
# rows = [50]
# tries = "torch.nn.CrossEntropyLoss under another name."
# kind = "hostile"
# verdicts = ["forbidden", "failed", "raised", "passed"]
# earns = 1
# says = ["not allowed"]
# ///
import torch
from torch.nn import CrossEntropyLoss as Loss


def cross_entropy_backward(logits, targets):
    Loss()(logits, targets)
    d = torch.softmax(logits, 1)
    d[torch.arange(len(d)), targets] -= 1
    return d / len(d)
