"""As Meta's code has it: complex numbers of length 1."""

import torch


def apply_rope(x, positions, base=10_000.0):
    d = x.shape[-1]
    if d % 2 != 0:
        raise ValueError("d must be even")
    freqs = 1.0 / (base ** (torch.arange(0, d, 2)[: (d // 2)].double() / d))
    angles = torch.outer(positions.double(), freqs)
    cis = torch.polar(torch.ones_like(angles), angles)
    pairs = torch.view_as_complex(x.double().contiguous().view(*x.shape[:-1], -1, 2))
    return torch.view_as_real(pairs * cis).flatten(-2).type_as(x)
