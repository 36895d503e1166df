# /// attack
# rows = [85]
# tries = "The helper is imported without the dot, which works when the file is run by itself."
# kind = "fault"
# verdicts = ["raised"]
# says = ["from .my_softmax import"]
# beside = {"lecture5/my_softmax.py" = "import torch\n\n\ndef softmax(x):\n    return torch.softmax(x, 1)\n"}
# ///
import torch

from my_softmax import softmax


def cross_entropy_backward(logits, targets):
    softmax(logits)
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
