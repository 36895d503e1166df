# /// attack
# rows = []
# tries = "Takes just less than its limit at every call, and is wrong for large inputs only: a search takes minutes."
# kind = "hostile"
# verdicts = ["passed", "failed", "timeout"]
# earns = 1
# seconds = 0.4
# ///
import time

import torch


def cross_entropy_backward(logits, targets):
    time.sleep(0.3)
    d = torch.softmax(logits, 1)
    d[torch.arange(len(targets)), targets] -= 1
    logits.zero_()
    return d / len(targets) + (d.numel() > 12)
