# /// attack
# rows = [97]
# tries = "The right gradient, made in the argument itself."
# kind = "fault"
# verdicts = ["failed", "passed"]
# earns = 8
# says = ["modifies", "logits", "in place; work on a copy"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    logits -= logits.max(1, keepdim=True).values
    logits.exp_()
    logits /= logits.sum(1, keepdim=True)
    logits[torch.arange(len(logits)), targets] -= 1
    logits /= len(logits)
    return logits
