# /// attack
# rows = [96]
# tries = "The answer shares the memory of the last one."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import torch

buffer = torch.zeros(64, 64, dtype=torch.float64)


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    if d.dtype == torch.float64:
        view = buffer[: d.shape[0], : d.shape[1]]
        view.copy_(d)
        d = view
    return d
