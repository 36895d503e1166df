# /// attack
# rows = [72]
# tries = "Work in the thread pools of torch and NumPy, in a forked worker."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import numpy as np
import torch


def cross_entropy_backward(logits, targets):
    torch.set_num_threads(4)
    a = torch.ones(400, 400)
    (a @ a).sum()
    np.ones((400, 400)) @ np.ones((400, 400))
    torch.nn.functional.conv2d(torch.ones(2, 3, 32, 32), torch.ones(4, 3, 3, 3))
    np.linalg.svd(np.ones((50, 50)))
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
