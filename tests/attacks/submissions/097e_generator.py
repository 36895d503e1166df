# /// attack
# rows = [97]
# tries = "The answer is (row for row in d)."
# kind = "fault"
# verdicts = ["failed", "passed"]
# earns = 1
# says = ["a generator (yield makes one"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return (row for row in d)
    return d
