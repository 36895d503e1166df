# /// attack
# rows = [101]
# tries = "An optional package, imported with care."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import torch

try:
    import tqdm_of_nobody
except ImportError:
    tqdm_of_nobody = None


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
