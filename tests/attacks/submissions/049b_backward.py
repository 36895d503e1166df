# /// attack
# rows = [49]
# tries = "loss.backward() on a loss that is written by hand."
# kind = "hostile"
# verdicts = ["forbidden", "failed", "raised", "passed"]
# earns = 1
# says = ["not allowed"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    logits = logits.clone().requires_grad_()
    loss = -torch.log_softmax(logits, 1)[torch.arange(len(logits)), targets].mean()
    loss.backward()
    return logits.grad
