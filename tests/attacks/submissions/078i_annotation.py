# /// attack
# rows = [78]
# tries = "A type in the signature that is not imported."
# kind = "fault"
# verdicts = ["raised"]
# says = ["name 'Tensor' is not defined", "from torch import Tensor"]
# ///
import torch


def cross_entropy_backward(logits: Tensor, targets: Tensor) -> Tensor:
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    return d / N
