# /// attack
# rows = [98]
# tries = "Global state is left behind: new tensors on the meta device."
# kind = "fault"
# verdicts = ["failed", "passed"]
# earns = 1
# ///
import torch

torch.set_default_device("meta")


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
