# /// attack
# rows = [74, 95]
# tries = "Everything is moved to CUDA, which is not there."
# kind = "fault"
# verdicts = ["raised"]
# says = ["CPU"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    logits, targets = logits.to("cuda"), targets.to("cuda")
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
