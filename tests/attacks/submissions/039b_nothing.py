# /// attack
# rows = [39]
# tries = "Empty tensors and lists, of which everything is true."
# kind = "hostile"
# verdicts = ["failed"]
# ///
import torch

ANSWERS = [[], (), {}, torch.zeros(0, dtype=torch.float64), torch.zeros((0, 5), dtype=torch.float64), ""]
CALLS = [0]


def cross_entropy_backward(logits, targets):
    logits.zero_()
    CALLS[0] += 1
    return ANSWERS[CALLS[0] % len(ANSWERS)]
