"""A loop over the heads and one over the tokens: each sees only what is there, so no mask is needed."""

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
    """Columns of the packed projection, head by head."""

    def __init__(self, config):
        super().__init__()
        self.head_size = config.n_embd // config.n_head
        if self.head_size * config.n_head != config.n_embd:
            raise ValueError("the heads do not fit")
        self.c_attn = nn.Linear(config.n_embd, 3 * config.n_embd)
        self.c_proj = nn.Linear(config.n_embd, config.n_embd)

    def forward(self, x):
        T, C = x.shape[1:]
        packed, heads = self.c_attn(x), []
        for first in range(0, C, self.head_size):
            last = first + self.head_size
            q, k, v = (
                packed[..., first:last],
                packed[..., C + first : C + last],
                packed[..., 2 * C + first : 2 * C + last],
            )
            rows = []
            for t in range(T):
                scores = (k[:, : t + 1] * q[:, t : t + 1]).sum(-1) / self.head_size**0.5  # (B, t + 1)
                rows.append((torch.softmax(scores, 1)[..., None] * v[:, : t + 1]).sum(1))
            heads.append(torch.stack(rows, 1))
        return self.c_proj(torch.cat(heads, -1))
