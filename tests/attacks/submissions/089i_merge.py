# /// attack
# rows = [89]
# tries = "A merge conflict."
# kind = "fault"
# verdicts = ["raised"]
# says = ["merge conflict"]
# ///
import torch

<<<<<<< HEAD
a = 1
=======
a = 2
>>>>>>> other


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
