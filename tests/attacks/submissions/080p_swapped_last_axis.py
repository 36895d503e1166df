# /// attack
# rows = [80]
# tries = "The arguments are swapped, and dim=-1 hides it from Python: torch raises NotImplementedError."
# kind = "fault"
# verdicts = ["raised"]
# says = ["cross_entropy_backward(logits, targets)"]
# ///
import torch


def cross_entropy_backward(targets, logits):
    d = torch.softmax(logits, dim=-1)
    return d / len(d)
