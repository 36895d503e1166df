"""Rates as a tensor of powers, losses collected in another; padded rows for the scores."""

import torch
import torch.nn.functional as F


def lr_sweep(make_model, X, Y, exponents, steps=20):
    """Return the losses."""
    rates = 10.0 ** torch.tensor(exponents, dtype=torch.float64)
    out = torch.empty(len(exponents), dtype=torch.float64)
    for i, rate in enumerate(rates.tolist()):
        model = make_model()
        wanted = [*model.parameters()]
        for _ in range(steps):
            gradients = torch.autograd.grad(F.cross_entropy(model.forward(X), Y), wanted)
            with torch.no_grad():
                torch._foreach_add_(wanted, gradients, alpha=-rate)
        out[i] = F.cross_entropy(model.forward(X), Y).detach()
    return out.tolist()


def pick(exponents, losses):
    """Return an exponent."""
    known = torch.nan_to_num(torch.tensor(losses, dtype=torch.float64), nan=torch.inf, posinf=torch.inf)
    gap = torch.tensor([torch.nan], dtype=torch.float64)
    around = torch.cat([gap, known, gap]).unfold(0, 3, 1)
    score, i = around.nanmean(1).min(0)
    if score == torch.inf:
        raise ValueError("no finite score")
    return exponents[i]
