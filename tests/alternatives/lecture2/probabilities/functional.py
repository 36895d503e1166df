"""F.normalize with p = 1, which divides by the sum of the magnitudes."""

import torch.nn.functional as F


def probabilities(counts, smoothing=1.0):
    if smoothing == 0 and not bool(counts.any(dim=1).all()):
        raise ValueError("an empty row")
    return F.normalize(counts.float() + smoothing, p=1, dim=1)
