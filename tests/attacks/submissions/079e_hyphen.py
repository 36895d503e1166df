# /// attack
# rows = [79]
# tries = "The file's name has a hyphen."
# kind = "fault"
# verdicts = ["missing"]
# says = ["Did you mean lecture5/cross-entropy.py? Rename it to cross_entropy.py."]
# as = "lecture5/cross-entropy.py"
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    return d / N
