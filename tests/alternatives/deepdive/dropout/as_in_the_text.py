"""The text's m / (1 - p), m drawn by torch.bernoulli."""

import torch


def dropout(x, p, training, generator):
    """Return x m / (1 - p)."""
    if p < 0 or p > 1:
        raise ValueError("no probability")
    if not training or p == 0:
        return x, torch.ones(x.shape, dtype=x.dtype)
    m = torch.bernoulli(torch.full(x.shape, 1 - p, dtype=x.dtype), generator=generator)
    mask = m if p == 1 else m / (1 - p)
    return mask * x, mask


def dropout_backward(dout, mask):
    """Return the product."""
    return torch.mul(mask, dout)
