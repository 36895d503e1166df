# /// attack
# rows = [95]
# tries = "A quantised tensor."
# kind = "fault"
# verdicts = ["failed", "passed"]
# earns = 1
# says = ["quantized tensor"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    d = torch.quantize_per_tensor(d.float(), 0.1, 0, torch.qint8)
    return d
