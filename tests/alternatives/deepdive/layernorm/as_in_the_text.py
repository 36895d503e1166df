"""The text's formula, and a backward pass atom by atom: variance, then mean, then x."""

import torch


def layernorm(x, g, b, eps=1e-5):
    """Return the formula, with torch's var."""
    mu = x.mean(dim=-1, keepdim=True)
    sigma2 = x.var(dim=-1, keepdim=True, unbiased=False)
    return (x - mu) / torch.sqrt(sigma2 + eps) * g + b


def layernorm_backward(dout, x, g, eps=1e-5):
    """Return the gradients, step by step back through the formula."""
    d = x.size(-1)
    diff = x - x.mean(dim=-1, keepdim=True)
    var = (diff**2).sum(dim=-1, keepdim=True) / d
    std = torch.sqrt(var + eps)
    dhat = dout * g
    dvar = (dhat * diff).sum(-1, keepdim=True) * -0.5 / std**3
    dmean = -(dhat / std).sum(-1, keepdim=True) + dvar * (-2 * diff).sum(-1, keepdim=True) / d
    dx = dhat / std + dvar * 2 * diff / d + dmean / d
    leading = list(range(x.dim() - 1))
    dg, db = dout * diff / std, dout
    return dx, dg.sum(leading) if leading else dg, db.sum(leading) if leading else db.clone()
