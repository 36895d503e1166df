"""dx in terms of averages: the gradient at x̂, centred, less its projection on x̂."""

import torch


def batchnorm_backward(
    dout: torch.Tensor, bnraw: torch.Tensor, bngain: torch.Tensor, bnvar_inv: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return (dx, dgain, dbias)."""
    draw = dout * bngain  # (n, H)
    projection = bnraw * (draw * bnraw).sum(dim=0) / (len(dout) - 1)  # (n, H)
    dx = (draw - draw.mean(dim=0) - projection) * bnvar_inv
    dgain = torch.einsum("nh,nh->h", dout, bnraw).unsqueeze(0)  # (1, H)
    dbias = torch.ones(1, len(dout), dtype=dout.dtype) @ dout  # (1, H)
    return dx, dgain, dbias
