"""Layer normalisation written out, with the modules as holders of gain and bias."""

import torch
from torch import nn

from .feed_forward import FeedForward
from .multi_head import MultiHeadAttention


def normalised(x: torch.Tensor, norm: nn.LayerNorm) -> torch.Tensor:
    """Return gain * (x - mean) / sqrt(var + eps) + bias, over the last axis."""
    centred = x - x.mean(-1, keepdim=True)
    var = centred.pow(2).mean(-1, keepdim=True)
    return norm.weight * centred * (var + norm.eps).rsqrt() + norm.bias


class Block(nn.Module):
    """Two sums."""

    def __init__(self, n_embd: int, n_head: int, block_size: int, dropout: float) -> None:
        super().__init__()
        self.sa = MultiHeadAttention(n_embd, n_head, n_embd // n_head, block_size, dropout)
        self.ffwd = FeedForward(n_embd, dropout)
        self.ln1 = nn.LayerNorm(n_embd)
        self.ln2 = nn.LayerNorm(n_embd)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (B, T, n_embd)."""
        attended = self.sa(normalised(x, self.ln1))
        summed = x + attended
        return summed + self.ffwd(normalised(summed, self.ln2))
