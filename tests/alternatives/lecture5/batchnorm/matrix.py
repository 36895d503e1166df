"""The Jacobian of each column as a matrix, times the column of dout."""

import torch


def batchnorm_backward(
    dout: torch.Tensor, bnraw: torch.Tensor, bngain: torch.Tensor, bnvar_inv: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return dx through var_inv·(I − 1/n − x̂x̂ᵀ/(n−1)), a symmetric matrix for each column."""
    n, _ = dout.shape
    columns = bnraw.T  # (H, n)
    centring = torch.eye(n, dtype=dout.dtype) - 1 / n  # (n, n)
    jacobian = centring - columns[:, :, None] * columns[:, None, :] / (n - 1)  # (H, n, n)
    dx = (jacobian @ (dout * bngain * bnvar_inv).T[:, :, None])[:, :, 0].T  # (n, H)
    dgain = torch.sum(dout * bnraw, dim=0).view(1, -1)
    dbias = torch.sum(dout, dim=0).view(1, -1)
    return dx.contiguous(), dgain, dbias
