# /// attack
# rows = [82]
# tries = "A training loop at top level."
# kind = "fault"
# verdicts = ["timeout"]
# says = ["if __name__ == \"__main__\":"]
# seconds = 1
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d


x = torch.zeros(10)
while True:
    x = x + 1
