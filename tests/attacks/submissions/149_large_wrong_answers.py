# /// attack
# rows = []
# tries = "Returns 400 MB at every call, all of which the grader's log would keep."
# kind = "hostile"
# verdicts = ["failed", "timeout", "broke protocol"]
# says = ["too large"]
# seconds = 10
# ///
import torch


def cross_entropy_backward(logits, targets):
    logits.zero_()
    return torch.zeros(50_000_000, dtype=torch.float64)
