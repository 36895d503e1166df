"""Heads unpacked by one reshape and a permutation, einsum for both products, a softmax by hand."""

from dataclasses import dataclass

import torch
from torch import nn


@dataclass
class GPTConfig:
    """The sizes."""

    block_size: int = 1024
    vocab_size: int = 50257
    n_layer: int = 12
    n_head: int = 12
    n_embd: int = 768


class CausalSelfAttention(nn.Module):
    """All heads, index by index."""

    def __init__(self, config):
        super().__init__()
        self.heads, rest = config.n_head, config.n_embd % config.n_head
        if rest:
            raise ValueError(rest)
        self.c_proj = nn.Linear(config.n_embd, config.n_embd)
        self.c_attn = nn.Linear(config.n_embd, config.n_embd * 3)

    def forward(self, x):
        q, k, v = self.c_attn(x).unflatten(2, (3, self.heads, -1)).unbind(2)  # each (B, T, n_head, head_size)
        scores = torch.einsum("bthd,bshd->bhts", q, k) / q.shape[-1] ** 0.5
        scores = scores + torch.full(scores.shape[-2:], -torch.inf, dtype=x.dtype).triu(1)
        exps = (scores - scores.amax(-1, keepdim=True)).exp()
        weights = exps / exps.sum(-1, keepdim=True)
        return self.c_proj(torch.einsum("bhts,bshd->bthd", weights, v).flatten(2))
