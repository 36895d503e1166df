# /// attack
# rows = [79]
# tries = "The function has another name."
# kind = "fault"
# verdicts = ["missing"]
# says = ["defines no function cross_entropy_backward(logits, targets). It defines crossentropy_backward: did you mean that?"]
# ///
import torch


def crossentropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    return d / N
