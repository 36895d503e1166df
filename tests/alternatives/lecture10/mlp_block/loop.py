"""One helper for both branches, torch's function for the GELU; the MLP works through tokens one by one."""

import torch
import torch.nn.functional as F
from torch import nn

from .attention import CausalSelfAttention


class MLP(nn.Module):
    """A loop over the tokens."""

    def __init__(self, config):
        super().__init__()
        self.c_fc = nn.Linear(config.n_embd, config.n_embd * 4)
        self.c_proj = nn.Linear(config.n_embd * 4, config.n_embd)

    def forward(self, x):
        rows = x.reshape(-1, x.shape[-1])
        return torch.stack([self.c_proj(F.gelu(self.c_fc(row), approximate="tanh")) for row in rows]).reshape(x.shape)


class Block(nn.Module):
    """Branches in a list."""

    def __init__(self, config):
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.n_embd, eps=1e-5)
        self.ln_2 = nn.LayerNorm(config.n_embd, eps=1e-5)
        self.mlp = MLP(config)
        self.attn = CausalSelfAttention(config)

    def forward(self, x):
        for norm, part in ((self.ln_1, self.attn), (self.ln_2, self.mlp)):
            x = torch.add(x, part(norm(x)))
        return x
