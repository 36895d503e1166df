"""x cos + (x turned by a quarter) sin."""

import torch


def rotate_every_two(x):
    return torch.stack((-x[..., 1::2], x[..., ::2]), dim=-1).reshape(x.shape)


def apply_rope(x, positions, base=10_000.0):
    if x.size(-1) % 2 == 1:
        raise ValueError("odd")
    i = torch.arange(x.size(-1) // 2, dtype=torch.float64)
    theta = torch.exp(-2 * i / x.size(-1) * torch.log(torch.tensor(base, dtype=torch.float64)))
    angle = torch.einsum("t,i->ti", positions.to(torch.float64), theta).repeat_interleave(2, dim=-1)
    out = x * torch.cos(angle) + rotate_every_two(x) * torch.sin(angle)
    return out.to(x.dtype)
