"""NumPy and back."""

import numpy as np
import torch


def probabilities(counts, smoothing=1.0):
    table = counts.numpy().astype(np.float64) + smoothing
    sums = table.sum(axis=1)
    if np.any(sums == 0):
        raise ValueError("no counts in some row")
    return torch.from_numpy(table / sums[:, None])
