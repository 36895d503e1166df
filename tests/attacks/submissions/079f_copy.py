# /// attack
# rows = [79]
# tries = "The file is a copy that the browser numbered."
# kind = "fault"
# verdicts = ["missing"]
# says = ["Rename it to cross_entropy.py."]
# as = "lecture5/cross_entropy (1).py"
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    return d / N
