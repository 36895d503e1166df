# /// attack
# rows = [78]
# tries = "A call inside the function has the wrong number of arguments."
# kind = "fault"
# verdicts = ["raised"]
# says = ["helper() missing 1 required positional argument"]
# ///
import torch

def helper(a, b, c):
    return a


def cross_entropy_backward(logits, targets):
    helper(logits, targets)
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
