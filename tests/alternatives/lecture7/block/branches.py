"""The two branches as a list of pairs, gone through in a loop."""

import torch
from torch import nn

from .feed_forward import FeedForward
from .multi_head import MultiHeadAttention


class Block(nn.Module):
    """Each branch adds to the stream."""

    def __init__(self, n_embd: int, n_head: int, block_size: int, dropout: float) -> None:
        super().__init__()
        head_size, rest = divmod(n_embd, n_head)
        if rest:
            raise ValueError(f"{n_embd} numbers cannot be shared by {n_head} heads")
        self.ln1, self.ln2 = nn.LayerNorm(n_embd), nn.LayerNorm(n_embd)
        self.sa = MultiHeadAttention(n_embd, n_head, head_size, block_size, dropout)
        self.ffwd = FeedForward(n_embd, dropout)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (B, T, n_embd)."""
        stream = x.clone()
        for norm, part in ((self.ln1, self.sa), (self.ln2, self.ffwd)):
            stream = stream.add(part(norm(stream)))
        return stream
