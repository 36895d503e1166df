"""einsum throughout; merge by the state of a deep copy."""

import copy

import torch
from torch import nn


class LoRALinear(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        self.linear = linear
        for name in ("weight", "bias"):
            tensor = getattr(linear, name)
            if tensor is not None:
                tensor.requires_grad_(False)
        numbers = 2 * torch.rand(r, linear.in_features, dtype=torch.float64) - 1
        self.A = nn.Parameter((numbers / linear.in_features).to(linear.weight.dtype))
        self.B = nn.Parameter(torch.zeros((linear.out_features, r), dtype=linear.weight.dtype))
        self.register_buffer("scale", torch.tensor(alpha / r, dtype=torch.float64), persistent=False)

    def forward(self, x):
        low = torch.einsum("...i,ri->...r", x, self.A)
        return self.linear(x) + torch.einsum("...r,or->...o", low, self.B) * float(self.scale)

    def merge(self):
        state = {name: tensor.clone() for name, tensor in self.linear.state_dict().items()}
        state["weight"] += float(self.scale) * torch.einsum("or,ri->oi", self.B.detach(), self.A.detach())
        merged = copy.deepcopy(self.linear)
        merged.load_state_dict(state)
        return merged.requires_grad_()
