"""Leading axes are flattened to one, for addmm; numbers drawn by NumPy's way of thinking."""

import math

import torch
from torch import nn


class Linear(nn.Module):
    """y = x @ weight.T + bias."""

    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        bound = 1 / math.sqrt(in_features)
        weight = torch.distributions.Uniform(-bound, bound).sample((out_features, in_features))
        self.weight = nn.Parameter(weight)
        self.bias = None
        if bias:
            self.bias = nn.Parameter((torch.rand(out_features) - 0.5) * 2 * bound)

    def forward(self, x):
        """One matrix product, then the leading axes again."""
        rows = x.reshape(-1, x.shape[-1])
        if self.bias is None:
            y = rows.mm(self.weight.t())
        else:
            y = torch.addmm(self.bias, rows, self.weight.t())
        return y.reshape(*x.shape[:-1], self.weight.shape[0])
