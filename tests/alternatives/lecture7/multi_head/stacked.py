"""The heads stacked on an axis of their own, moved next to the last, and flattened with it."""

import torch
from torch import nn

from .head import Head


class MultiHeadAttention(nn.Module):
    """Stack, permute, flatten, project."""

    def __init__(self, n_embd: int, num_heads: int, head_size: int, block_size: int, dropout: float) -> None:
        super().__init__()
        self.heads = nn.ModuleList()
        for _ in range(num_heads):
            self.heads.append(Head(n_embd, head_size, block_size, dropout))
        self.output = nn.Dropout(dropout)
        self.proj = nn.Linear(head_size * num_heads, n_embd, bias=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (B, T, n_embd)."""
        stacked = torch.stack([head(x) for head in self.heads])  # (num_heads, B, T, head_size)
        joined = stacked.permute(1, 2, 0, 3).flatten(start_dim=2)
        return self.output(self.proj(joined))
