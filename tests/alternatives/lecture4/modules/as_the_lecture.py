"""The lecture's classes; the stack in its words."""

import torch

from .batchnorm import BatchNorm1d

__all__ = ["BatchNorm1d", "Linear", "Sequential", "Tanh"]


class Linear:
    """Inputs first."""

    def __init__(self, fan_in, fan_out, bias=True, generator=None):
        self.weight = torch.randn((fan_in, fan_out), generator=generator) / fan_in**0.5
        self.bias = torch.zeros(fan_out) if bias else None

    def __call__(self, x):
        self.out = x @ self.weight
        if self.bias is not None:
            self.out += self.bias
        return self.out

    def parameters(self):
        return [self.weight] + ([] if self.bias is None else [self.bias])


class Tanh:
    """No parameters."""

    def __call__(self, x):
        self.out = torch.tanh(x)
        return self.out

    def parameters(self):
        return []


class Sequential:
    """A list that is called."""

    def __init__(self, layers):
        self.layers = layers

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        self.out = x
        return self.out

    def parameters(self):
        found = []
        for layer in self.layers:
            found += layer.parameters()
        return found

    def train(self, mode=True):
        for layer in self.layers:
            layer.training = mode
            if isinstance(layer, Sequential):
                layer.train(mode)
        return self
