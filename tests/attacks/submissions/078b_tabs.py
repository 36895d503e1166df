# /// attack
# rows = [78]
# tries = "Tabs and spaces are mixed."
# kind = "fault"
# verdicts = ["raised"]
# says = ["tabs and spaces are mixed. Indent with 4 spaces"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
	d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    return d / N
