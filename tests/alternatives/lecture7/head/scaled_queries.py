"""The scale on the queries, a mask of the most negative number there is, bmm for the products."""

import torch
import torch.nn as nn


class Head(nn.Module):
    """One head, with one matrix product for the three projections."""

    def __init__(self, n_embd: int, head_size: int, block_size: int, dropout: float) -> None:
        super().__init__()
        self.head_size = head_size
        self.key, self.query, self.value = (nn.Linear(n_embd, head_size, bias=False) for _ in range(3))
        self.register_buffer("tril", torch.tril(torch.ones(1, block_size, block_size)))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (B, T, head_size)."""
        B, T, _ = x.shape
        packed = torch.cat([self.query.weight, self.key.weight, self.value.weight])  # (3 * head_size, n_embd)
        q, k, v = (x @ packed.t()).split(self.head_size, dim=-1)
        att = torch.bmm(q * self.head_size**-0.5, k.mT)
        att = torch.where(self.tril[:, :T, :T].expand(B, T, T) > 0, att, torch.finfo(att.dtype).min)
        return torch.bmm(self.dropout(att.softmax(2)), v)
