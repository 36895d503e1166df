# /// attack
# rows = [67]
# tries = "A checkpoint of 40 MB is saved."
# kind = "fault"
# verdicts = ["raised"]
# says = ["16 MB"]
# confined = true
# breaks = []
# ///
import torch


def cross_entropy_backward(logits, targets):
    torch.save(torch.zeros(5_000_000, dtype=torch.float64), "checkpoint.pt")
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
