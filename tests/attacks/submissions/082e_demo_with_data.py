# /// attack
# rows = [82]
# tries = "A demo at top level reads a data file."
# kind = "fault"
# verdicts = ["raised"]
# says = ["cannot be imported: FileNotFoundError", "no files"]
# ///
import torch

words = open("names.txt").read().splitlines()


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
