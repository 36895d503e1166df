# /// attack
# rows = [79]
# tries = "The function is written in camel case."
# kind = "fault"
# verdicts = ["missing"]
# says = ["It defines crossEntropyBackward: did you mean that?"]
# ///
import torch


def crossEntropyBackward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    return d / N
