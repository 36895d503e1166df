# /// attack
# rows = [84]
# tries = "matplotlib with a window backend."
# kind = "fault"
# verdicts = ["raised"]
# says = ["cannot be imported", "no screen"]
# ///
import matplotlib

matplotlib.use("TkAgg")
import matplotlib.pyplot as plt
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d


plt.plot([1])
plt.show()
