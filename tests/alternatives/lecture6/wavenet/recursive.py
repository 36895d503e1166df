"""The tree from its root: a tree of half the length, and a level more."""

import torch

from .batchnorm3d import BatchNorm1d
from .embedding import Embedding
from .flatten import FlattenConsecutive
from .sequential import Sequential


class Linear:
    """By matmul."""

    def __init__(self, fan_in, fan_out, bias=True):
        self.weight = torch.randn(fan_in, fan_out).mul(fan_in**-0.5)
        self.bias = torch.zeros(fan_out) if bias else None

    def __call__(self, x):
        return torch.matmul(x, self.weight) + (0 if self.bias is None else self.bias)

    def parameters(self):
        return [p for p in (self.weight, self.bias) if p is not None]


class Tanh:
    """By the method."""

    def __call__(self, x):
        return x.tanh()

    def parameters(self):
        return []


def tree(places, width, hidden):
    """The levels for so many places."""
    if places == 1:
        return []
    half, odd = divmod(places, 2)
    if odd or places < 1:
        raise ValueError(f"{places} places left")
    level = [FlattenConsecutive(2), Linear(width * 2, hidden, False), BatchNorm1d(hidden), Tanh()]
    return level + tree(half, hidden, hidden)


def build_wavenet(vocab, block_size, emb, hidden):
    """Return the stack."""
    if block_size < 2:
        raise ValueError("nothing to fuse")
    last = Linear(hidden, vocab)
    last.weight = last.weight / 10
    return Sequential([Embedding(vocab, emb), *tree(block_size, emb, hidden), last])
