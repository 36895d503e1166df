"""No concatenation: the projection is applied to each head's output with its own columns, and the results are added."""

import torch
import torch.nn.functional as F
from torch import nn

from .head import Head


class MultiHeadAttention(nn.Module):
    """The sum over heads of out_i times the columns of W that belong to head i."""

    def __init__(self, n_embd: int, num_heads: int, head_size: int, block_size: int, dropout: float) -> None:
        super().__init__()
        self.head_size, self.p = head_size, dropout
        self.heads = nn.ModuleList(Head(n_embd, head_size, block_size, dropout) for _ in range(num_heads))
        self.proj = nn.Linear(num_heads * head_size, n_embd)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (B, T, n_embd)."""
        out = self.proj.bias
        for head, columns in zip(self.heads, self.proj.weight.split(self.head_size, dim=1), strict=True):
            out = out + head(x) @ columns.T
        return F.dropout(out, self.p, self.training)
