"""One number after the other, in a loop."""

import torch


def dropout(x, p, training, generator):
    """Return lists that have been made tensors."""
    if p > 1 or p < 0:
        raise ValueError(p)
    n = x.numel()
    factors = [1.0] * n
    if training:
        uniform = torch.rand(n, generator=generator).tolist()
        factors = [0.0 if p == 1 or u < p else 1.0 / (1.0 - p) for u in uniform]
    mask = torch.tensor(factors, dtype=x.dtype).reshape(x.shape)
    return torch.einsum("...,...->...", x, mask), mask


def dropout_backward(dout, mask):
    """Return one product after the other."""
    pairs = zip(dout.flatten().tolist(), mask.flatten().tolist(), strict=True)
    return torch.tensor([a * b for a, b in pairs], dtype=dout.dtype).reshape(dout.shape)
