# /// attack
# rows = []
# tries = "A linear layer with right parameters, whose forward gives zeros."
# kind = "hostile"
# exercise = "chapter0.linear"
# verdicts = ["failed"]
# says = ["it must depend on them"]
# ///
import math

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        s = 1 / math.sqrt(in_features)
        self.weight = nn.Parameter(s * (2 * torch.rand(out_features, in_features) - 1))
        self.bias = nn.Parameter(s * (2 * torch.rand(out_features) - 1)) if bias else None

    def forward(self, x):
        return torch.zeros(*x.shape[:-1], len(self.weight), dtype=x.dtype)
