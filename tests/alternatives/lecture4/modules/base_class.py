"""A base class that keeps the output and gathers parameters from a list of names."""

from functools import reduce

import torch

from .batchnorm import BatchNorm1d

__all__ = ["BatchNorm1d", "Linear", "Sequential", "Tanh"]


class Layer:
    """What all layers share."""

    names = ()
    training = True

    def __call__(self, x):
        self.out = self.forward(x)
        return self.out

    def parameters(self):
        return [getattr(self, name) for name in self.names if getattr(self, name) is not None]

    def train(self, mode=True):
        self.training = mode
        return self


class Linear(Layer):
    """A row of inputs times columns."""

    names = ("weight", "bias")

    def __init__(self, fan_in, fan_out, bias=True, generator=None):
        self.weight = torch.randn(fan_in, fan_out, generator=generator) * fan_in**-0.5
        self.bias = None
        if bias:
            self.bias = torch.zeros(fan_out)

    def forward(self, x):
        return torch.matmul(x, self.weight) + (0 if self.bias is None else self.bias)


class Tanh(Layer):
    """By the method."""

    def forward(self, x):
        return x.tanh()


class Sequential(Layer):
    """By reduce."""

    def __init__(self, layers):
        self.layers = [*layers]

    def forward(self, x):
        return reduce(lambda h, layer: layer(h), self.layers, x)

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]

    def train(self, mode=True):
        super().train(mode)
        for layer in self.layers:
            if isinstance(layer, Layer):
                layer.train(mode)
            else:
                layer.training = mode
        return self
