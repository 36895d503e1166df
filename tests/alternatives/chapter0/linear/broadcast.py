"""No matrix product at all: multiply, then sum the last axis."""

import torch
from torch import nn


class Linear(nn.Module):
    """y = x @ weight.T + bias."""

    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        limit = in_features**-0.5

        def draw(*shape):
            return nn.Parameter(torch.empty(*shape).uniform_(-limit, limit))

        self.weight = draw(out_features, in_features)
        self.bias = draw(out_features) if bias else None

    def forward(self, x):
        """(..., 1, in) * (out, in) -> (..., out, in) -> (..., out)."""
        y = (x.unsqueeze(-2) * self.weight).sum(-1)
        return y + self.bias if self.bias is not None else y
