# /// attack
# rows = [74, 95]
# tries = "CUDA if it is there, as tutorials write it."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import torch

device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"


def cross_entropy_backward(logits, targets):
    logits, targets = logits.to(device), targets.to(device)
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
