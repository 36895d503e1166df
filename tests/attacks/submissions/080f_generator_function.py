# /// attack
# rows = [80]
# tries = "yield in place of return."
# kind = "fault"
# verdicts = ["failed", "passed"]
# earns = 1
# says = ["yield"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    yield d / N
