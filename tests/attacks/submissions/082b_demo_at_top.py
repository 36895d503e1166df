# /// attack
# rows = [82]
# tries = "A short demo at top level, which prints and asserts."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d


d = cross_entropy_backward(torch.zeros(2, 2), torch.tensor([0, 1]))
print(d)
assert d.shape == (2, 2)
