"""One row after the other, in float64."""

import torch


def probabilities(counts, smoothing=1.0):
    rows = []
    for row in counts:
        smoothed = row.double() + smoothing
        total = smoothed.sum().item()
        if total == 0:
            raise ValueError("this row is empty")
        rows.append(smoothed / total)
    return torch.stack(rows)
