# /// attack
# rows = [49]
# tries = "torch.autograd.grad, as if nothing were forbidden."
# kind = "hostile"
# verdicts = ["forbidden", "failed", "raised", "passed"]
# earns = 1
# says = ["not allowed"]
# ///
import torch
import torch.nn.functional as F


def cross_entropy_backward(logits, targets):
    logits = logits.clone().requires_grad_()
    return torch.autograd.grad(F.cross_entropy(logits, targets), logits)[0]
