"""z over 1 + exp(-z), and matrices joined for one product."""

import torch
import torch.nn as nn


class SwiGLU(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.gate = nn.Linear(dim, hidden, False)
        self.up = nn.Linear(dim, hidden, False)
        self.down = nn.Linear(hidden, dim, False)

    def forward(self, x):
        both = x @ torch.cat([self.gate.weight, self.up.weight]).T
        z, u = both.split(self.gate.out_features, dim=-1)
        return (z / (1 + torch.exp(-z)) * u) @ self.down.weight.T
