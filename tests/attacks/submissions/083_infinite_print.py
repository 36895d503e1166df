# /// attack
# rows = [83]
# tries = "Prints without end."
# kind = "fault"
# verdicts = ["timeout"]
# says = ["No answer within"]
# seconds = 0.5
# ///
import torch


def cross_entropy_backward(logits, targets):
    while True:
        print("still here")
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
