# /// attack
# rows = [49]
# tries = "Nothing forbidden is used: backward is a name of the learner's own."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import torch

class Node:
    def backward(self):
        return 1


def cross_entropy_backward(logits, targets):
    Node().backward()
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
