"""One expression, with the first sum named on the way."""

import torch
from torch import nn

from .feed_forward import FeedForward
from .multi_head import MultiHeadAttention


class Block(nn.Module):
    """y + ffwd(ln2(y)), y = x + sa(ln1(x))."""

    def __init__(self, n_embd: int, n_head: int, block_size: int, dropout: float) -> None:
        super().__init__()
        self.ln2 = nn.LayerNorm(n_embd)
        self.ffwd = FeedForward(n_embd, dropout)
        self.sa = MultiHeadAttention(n_embd, n_head, n_embd // n_head, block_size, dropout)
        self.ln1 = nn.LayerNorm(n_embd)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (B, T, n_embd)."""
        return (y := x + self.sa(self.ln1(x))) + self.ffwd(self.ln2(y))
