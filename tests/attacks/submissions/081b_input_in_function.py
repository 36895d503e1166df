# /// attack
# rows = [81]
# tries = "input() in the function."
# kind = "fault"
# verdicts = ["raised"]
# says = ["Nobody is there to answer input()"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    if input("Go on? ") != "y":
        return None
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
