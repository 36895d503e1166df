# /// attack
# rows = [99]
# tries = "A log file in /tmp."
# kind = "fault"
# verdicts = ["raised"]
# says = ["files"]
# confined = true
# breaks = []
# leaves = ["/tmp/gradlings-evil-log.txt"]
# ///
import torch

open("/tmp/gradlings-evil-log.txt", "w").write("x")


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
