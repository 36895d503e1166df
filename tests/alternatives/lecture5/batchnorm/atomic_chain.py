"""The atoms of exercise 1 in a row: var_inv, var, squares, differences, mean."""

import torch


def batchnorm_backward(
    dout: torch.Tensor, bnraw: torch.Tensor, bngain: torch.Tensor, bnvar_inv: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return (dx, dgain, dbias), one operation at a time."""
    n = dout.size(0)
    bndiff = bnraw / bnvar_inv  # (n, H)
    dbnraw = bngain * dout
    dbnvar_inv = (bndiff * dbnraw).sum(0, True)  # (1, H)
    dbnvar = -0.5 * bnvar_inv**3 * dbnvar_inv
    dbndiff2 = (1.0 / (n - 1)) * torch.ones_like(bndiff) * dbnvar  # (n, H)
    dbndiff = bnvar_inv * dbnraw + 2 * bndiff * dbndiff2
    dbnmean = -dbndiff.sum(0)  # (H,)
    return dbndiff + dbnmean / n, (bnraw * dout).sum(0, True), dout.sum(0, True)
