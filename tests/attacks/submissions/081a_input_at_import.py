# /// attack
# rows = [81]
# tries = "input() at the top of the file."
# kind = "fault"
# verdicts = ["raised"]
# says = ["Nobody is there to answer input()"]
# ///
import torch

name = input("Your name? ")


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
