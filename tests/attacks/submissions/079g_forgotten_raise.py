# /// attack
# rows = [79]
# tries = "The stub's raise still stands below the learner's code."
# kind = "fault"
# verdicts = ["not started"]
# says = ["raise NotImplementedError"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    raise NotImplementedError("lecture5.cross_entropy: cross_entropy_backward is not written yet")
    return d
