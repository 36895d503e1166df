"""An nn.Module that flattens, normalises and brings back; buffers updated in place."""

import torch
from torch import nn


class BatchNorm1d(nn.Module):
    """As torch would have it."""

    def __init__(self, dim, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.gamma = nn.Parameter(torch.ones(dim))
        self.beta = nn.Parameter(torch.zeros(dim))
        self.register_buffer("running_mean", torch.zeros(dim))
        self.register_buffer("running_var", torch.ones(dim))

    def forward(self, x):
        if x.dim() not in (2, 3):
            raise ValueError(f"expected 2D or 3D input (got {x.dim()}D input)")
        if not self.training:
            scale = self.gamma * (self.running_var + self.eps).rsqrt()
            return x * scale + (self.beta - self.running_mean * scale)
        flat = x.flatten(0, -2)
        n = flat.size(0)
        if n == 1:
            raise ValueError("Expected more than one value per channel in training")
        var, mean = torch.var_mean(flat, dim=0, correction=0)
        self.running_mean.lerp_(mean.detach(), self.momentum)
        self.running_var.lerp_(var.detach() * n / (n - 1), self.momentum)
        return ((flat - mean) * (var + self.eps).rsqrt() * self.gamma + self.beta).view(x.shape)
