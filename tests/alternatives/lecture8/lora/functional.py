"""F.linear twice; a new nn.Linear for the merged weight."""

import math

import torch
import torch.nn.functional as F
from torch import nn


class LoRALinear(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        self.r = r
        self.alpha = alpha
        self.A = nn.Parameter(torch.empty(r, linear.in_features).to(linear.weight))
        nn.init.kaiming_uniform_(self.A, a=math.sqrt(5))
        self.B = nn.Parameter(torch.zeros(linear.out_features, r).to(linear.weight))

    def forward(self, x):
        return self.linear(x) + F.linear(F.linear(x, self.A), self.B) * (self.alpha / self.r)

    def merge(self):
        W, bias = self.linear.weight, self.linear.bias
        merged = nn.Linear(W.shape[1], W.shape[0], bias=bias is not None, dtype=W.dtype, device=W.device)
        with torch.no_grad():
            merged.weight.copy_(W + (self.alpha / self.r) * torch.matmul(self.B, self.A))
            if bias is not None:
                merged.bias.copy_(bias)
        return merged
