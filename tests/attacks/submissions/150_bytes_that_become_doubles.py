# /// attack
# rows = []
# tries = "Returns 500 MB of int8, which are 4 GB as doubles."
# kind = "hostile"
# verdicts = ["failed", "timeout", "broke protocol"]
# says = ["too large"]
# seconds = 10
# ///
import torch


def cross_entropy_backward(logits, targets):
    logits.zero_()
    return torch.zeros(500_000_000, dtype=torch.int8)
