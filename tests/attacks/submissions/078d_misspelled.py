# /// attack
# rows = [78]
# tries = "A variable is misspelled."
# kind = "fault"
# verdicts = ["raised"]
# says = ["name 'porbs' is not defined", "probs"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    probs = torch.softmax(logits, 1)
    prob = porbs
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
