"""An nn.Module that knows its layers by a plain list."""

from functools import reduce

from torch import nn


class Sequential(nn.Module):
    """By reduce."""

    def __init__(self, layers):
        super().__init__()
        self.layers = list(layers)

    def forward(self, x):
        return reduce(lambda h, layer: layer(h), self.layers, x)

    def parameters(self, recurse=True):
        seen = set()
        for layer in self.layers:
            for p in layer.parameters():
                if id(p) not in seen:
                    seen.add(id(p))
                    yield p

    def train(self, mode=True):
        super().train(mode)
        for layer in self.layers:
            getattr(layer, "train", lambda mode, layer=layer: setattr(layer, "training", mode))(mode)
        return self
