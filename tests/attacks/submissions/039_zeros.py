# /// attack
# rows = [39]
# tries = "Zeros, which lie within an absolute tolerance of anything small."
# kind = "hostile"
# verdicts = ["failed", "passed"]
# earns = 1
# says = ["dlogits are not right"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    return torch.zeros_like(logits)
