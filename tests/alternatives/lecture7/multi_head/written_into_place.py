"""The heads' outputs written into their places of one tensor; the product with the projection by einsum."""

import torch
from torch import nn

from .head import Head


class MultiHeadAttention(nn.Module):
    """Places in a row, head after head."""

    def __init__(self, n_embd: int, num_heads: int, head_size: int, block_size: int, dropout: float) -> None:
        super().__init__()
        self.proj = nn.Linear(num_heads * head_size, n_embd)
        self.heads = nn.ModuleList([Head(n_embd, head_size, block_size, dropout) for _ in range(num_heads)])
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (B, T, n_embd)."""
        B, T, _ = x.shape
        joined = x.new_empty(B, T, self.proj.in_features)
        size = self.proj.in_features // len(self.heads)
        for i, head in enumerate(self.heads):
            joined[:, :, i * size : (i + 1) * size] = head(x)
        return self.dropout(torch.einsum("btj,ej->bte", joined, self.proj.weight) + self.proj.bias)
