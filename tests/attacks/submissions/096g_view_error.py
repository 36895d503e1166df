# /// attack
# rows = [96]
# tries = "view of a transposed tensor, in the learner's own code."
# kind = "fault"
# verdicts = ["raised", "failed"]
# says = ["view size is not compatible", "reshape"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    d = d.t().view(N, -1)
    return d
