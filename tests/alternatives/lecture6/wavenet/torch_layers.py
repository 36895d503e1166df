"""Linear and Tanh as modules of one's own, weights made smaller under no_grad."""

import math

import torch
from torch import nn

from .batchnorm3d import BatchNorm1d
from .embedding import Embedding
from .flatten import FlattenConsecutive
from .sequential import Sequential


class Linear(nn.Module):
    """Inputs first, parameters of torch's."""

    def __init__(self, fan_in, fan_out, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(fan_in, fan_out) / math.sqrt(fan_in))
        self.bias = nn.Parameter(torch.zeros(fan_out)) if bias else None

    def forward(self, x):
        out = torch.einsum("...i,io->...o", x, self.weight)
        return out if self.bias is None else out + self.bias


class Tanh(nn.Tanh):
    """That of torch."""


def build_wavenet(vocab, block_size, emb, hidden):
    """Return the stack."""
    levels = math.log2(block_size) if block_size > 1 else 0.5
    if levels != int(levels):
        raise ValueError("block_size must be a power of two")
    layers = [Embedding(vocab, emb)]
    for level in range(int(levels)):
        fan_in = 2 * (emb if level == 0 else hidden)
        layers.extend([FlattenConsecutive(2), Linear(fan_in, hidden, bias=False), BatchNorm1d(hidden), Tanh()])
    head = Linear(hidden, vocab)
    with torch.no_grad():
        head.weight.mul_(0.1)
    layers.append(head)
    return Sequential(layers)
