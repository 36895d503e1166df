"""GELU and the normalisation longhand, parts in a ModuleDict that is unfolded."""

import math

import torch
from torch import nn

from .attention import CausalSelfAttention, GPTConfig


def _gelu(h):
    cubic = h + 0.044715 * torch.pow(h, 3.0)
    return h * torch.sigmoid(2 * math.sqrt(2 / math.pi) * cubic)  # (1 + tanh z) / 2 is the sigmoid of 2 z


class MLP(nn.Module):
    """Two products with the parameters of two layers."""

    def __init__(self, config: GPTConfig):
        super().__init__()
        for name, inside, outside in (("c_fc", 1, 4), ("c_proj", 4, 1)):
            self.add_module(name, nn.Linear(inside * config.n_embd, outside * config.n_embd))

    def forward(self, x):
        hidden = _gelu(x @ self.c_fc.weight.T + self.c_fc.bias)
        return hidden @ self.c_proj.weight.T + self.c_proj.bias


class Block(nn.Module):
    """The normalisation by its formula."""

    def __init__(self, config: GPTConfig):
        super().__init__()
        self.mlp, self.attn = MLP(config), CausalSelfAttention(config)
        self.ln_1, self.ln_2 = nn.LayerNorm(config.n_embd), nn.LayerNorm(config.n_embd)

    def normed(self, x, ln):
        centred = x - x.mean(-1, keepdim=True)
        return centred / (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt() * ln.weight + ln.bias

    def forward(self, x):
        heard = self.attn(self.normed(x, self.ln_1))
        return x + heard + self.mlp(self.normed(x + heard, self.ln_2))
