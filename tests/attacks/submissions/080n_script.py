# /// attack
# rows = [80]
# tries = "torch.jit.script."
# kind = "fault"
# verdicts = ["raised", "passed"]
# earns = "all"
# ///
import torch


@torch.jit.script
def cross_entropy_backward(logits: torch.Tensor, targets: torch.Tensor):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    return d / N
