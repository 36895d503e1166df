# /// attack
# rows = [94]
# tries = "requires_grad_() where the gradient is to be found by formula."
# kind = "fault"
# verdicts = ["forbidden", "raised"]
# says = ["not allowed"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    d.requires_grad_()
    return d
