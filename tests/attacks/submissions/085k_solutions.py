# /// attack
# rows = [85]
# tries = "The solution is imported by its name on the learner's disk."
# kind = "fault"
# verdicts = ["raised"]
# says = ["No module named 'solutions'"]
# confined = true
# breaks = [1, 2]
# ///
import torch

from solutions.lecture5.cross_entropy import cross_entropy_backward as theirs


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
