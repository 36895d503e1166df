"""The lecture's list for 8 characters, and as many of its rows as are needed."""

import torch

from .batchnorm3d import BatchNorm1d
from .embedding import Embedding
from .flatten import FlattenConsecutive
from .sequential import Sequential


class Linear:
    """Inputs first."""

    def __init__(self, fan_in, fan_out, bias=True):
        self.weight = torch.randn((fan_in, fan_out)) / fan_in**0.5
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


def build_wavenet(vocab, block_size, emb, hidden):
    """Return the model."""
    if block_size not in (2, 4, 8, 16, 32, 64, 128, 256):
        raise ValueError("a power of two is wanted")
    rows = [
        [FlattenConsecutive(2), Linear(n * 2, hidden, bias=False), BatchNorm1d(hidden), Tanh()]
        for n in [emb] + [hidden] * (len(bin(block_size)) - 4)
    ]
    layers = [layer for row in rows for layer in row]
    model = Sequential([Embedding(vocab, emb), *layers, Linear(hidden, vocab)])
    with torch.no_grad():
        model.layers[-1].weight *= 0.1
    for p in model.parameters():
        p.requires_grad = True
    return model
