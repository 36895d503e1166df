# /// attack
# rows = [81]
# tries = "A password is asked for."
# kind = "fault"
# verdicts = ["raised"]
# says = ["Nobody is there to answer"]
# ///
import getpass

import torch

key = getpass.getpass()


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
