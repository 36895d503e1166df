# /// attack
# rows = [89]
# tries = "A notebook's magic."
# kind = "fault"
# verdicts = ["raised"]
# says = ["Line 3 is a notebook command (%matplotlib inline)"]
# ///
import torch

%matplotlib inline


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
