# /// attack
# rows = [98]
# tries = "Global state is left behind: anomaly detection."
# kind = "fault"
# verdicts = ["forbidden"]
# earns = 0
# says = ["not allowed"]
# ///
import torch

torch.autograd.set_detect_anomaly(True)


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
