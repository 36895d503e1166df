"""In NumPy and back; the closed formula with sums and one division by d."""

import numpy as np
import torch


def layernorm(x, g, b, eps=1e-5):
    """Return it by NumPy's var, which divides by d."""
    a = x.numpy()
    hat = (a - a.mean(-1, keepdims=True)) / np.sqrt(a.var(-1, keepdims=True) + eps)
    return torch.from_numpy(np.asarray(hat * g.numpy() + b.numpy(), dtype=a.dtype))


def layernorm_backward(dout, x, g, eps=1e-5):
    """Return (1 / (d s)) (d h - sum h - x_hat sum(h x_hat))."""
    a, u = x.numpy(), dout.numpy()
    d = a.shape[-1]
    s = np.sqrt(a.var(-1, keepdims=True) + eps)
    hat = (a - a.mean(-1, keepdims=True)) / s
    h = u * g.numpy()
    dx = (d * h - h.sum(-1, keepdims=True) - hat * (h * hat).sum(-1, keepdims=True)) / (d * s)
    dg, db = (u * hat).reshape(-1, d).sum(0), u.reshape(-1, d).sum(0)
    return tuple(torch.from_numpy(np.ascontiguousarray(array.astype(a.dtype))) for array in (dx, dg, db))
