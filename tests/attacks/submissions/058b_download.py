# /// attack
# rows = [58]
# tries = "A data set is downloaded at the top of the file, as notebooks do."
# kind = "fault"
# verdicts = ["raised"]
# says = ["network"]
# confined = true
# breaks = []
# ///
import urllib.request

import torch

words = urllib.request.urlopen("http://127.0.0.1:9/names.txt").read()


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
