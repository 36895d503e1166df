# /// attack
# rows = [63]
# tries = "Each answer is 60 MB of wrong numbers or of words: kept for a diagnosis, they would fill the memory."
# kind = "hostile"
# verdicts = ["failed", "timeout", "broke protocol"]
# earns = 1
# ///
import torch

CALLS = [0]


def cross_entropy_backward(logits, targets):
    CALLS[0] += 1
    if CALLS[0] % 2:
        return torch.zeros(7_000_000, dtype=torch.float64)
    return ["x" * 50] * 70_000
