# /// attack
# rows = [101]
# tries = "The package under its other name."
# kind = "fault"
# verdicts = ["raised"]
# says = ["PyTorch is imported as `import torch`."]
# ///
import pytorch as torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
