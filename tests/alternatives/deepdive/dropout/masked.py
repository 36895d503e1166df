"""A copy whose entries are wiped where a boolean mask says so; bernoulli_ in place on a new tensor."""

import torch


def dropout(x, p, training, generator):
    """Return the copy, and the factors."""
    if not (0.0 <= p and p <= 1.0):
        raise ValueError("p must lie between 0 and 1")
    mask = torch.ones_like(x)
    if training:
        drop = torch.empty(x.shape).bernoulli_(p, generator=generator).bool()
        mask.masked_fill_(~drop, 1 / (1 - p + (p == 1)))
        mask.masked_fill_(drop, 0)
    out = x.clone()
    out *= mask
    return out, mask


def dropout_backward(dout, mask):
    """Return a copy, wiped where nothing passed."""
    dx = dout.clone()
    dx[mask == 0] = 0
    return dx * torch.where(mask == 0, torch.ones_like(mask), mask)
