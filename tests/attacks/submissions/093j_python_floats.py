# /// attack
# rows = [93]
# tries = "Computed with Python's math, row by row."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import math

import torch


def cross_entropy_backward(logits, targets):
    rows = []
    for row, target in zip(logits.tolist(), targets.tolist()):
        top = max(row)
        counts = [math.exp(x - top) for x in row]
        total = sum(counts)
        rows.append([(c / total - (j == target)) / len(logits) for j, c in enumerate(counts)])
    return torch.tensor(rows, dtype=logits.dtype)
