"""The acting weight is put together in each pass; the frozen parameters lose their gradient by hand."""

import torch
from torch import nn
from torch.nn.functional import linear as apply


class LoRALinear(nn.Module):
    def __init__(self, linear, r, alpha):
        super().__init__()
        linear.weight.requires_grad = False
        if linear.bias is not None:
            linear.bias.requires_grad = False
        self.linear = linear
        weight = linear.weight
        self.register_parameter("A", nn.Parameter(0.02 * torch.randn_like(weight[:1].expand(r, -1))))
        self.register_parameter("B", nn.Parameter(weight.new_zeros(weight.shape[0], r)))
        self.factor = alpha / r

    def acting(self):
        return self.linear.weight + self.factor * self.B @ self.A

    def forward(self, x):
        return apply(x, self.acting(), self.linear.bias)

    def merge(self):
        merged = nn.Linear(self.linear.in_features, self.linear.out_features, self.linear.bias is not None)
        merged.weight = nn.Parameter(self.acting().detach())
        if self.linear.bias is not None:
            merged.bias = nn.Parameter(self.linear.bias.detach().clone())
        return merged
