"""The scale by NumPy, the product over named axes, as the notes have it."""

import numpy as np
import torch
from torch import nn


class Linear(nn.Module):
    """y = x @ weight.T + bias."""

    def __init__(self, in_features: int, out_features: int, bias: bool = True):
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        bound = 1 / np.sqrt(in_features)
        self.weight = nn.Parameter(bound * (2 * torch.rand(out_features, in_features) - 1))
        self.bias = nn.Parameter(bound * (2 * torch.rand(out_features) - 1)) if bias else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Sum over in."""
        out = torch.einsum("...i, oi -> ...o", x, self.weight)
        if self.bias is not None:
            out = out + self.bias
        return out
