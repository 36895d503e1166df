# /// attack
# rows = [65]
# tries = "A DataLoader with workers."
# kind = "fault"
# verdicts = ["raised"]
# says = ["num_workers=0"]
# confined = true
# breaks = []
# ///
import torch


def cross_entropy_backward(logits, targets):
    list(torch.utils.data.DataLoader(list(range(8)), num_workers=2))
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
