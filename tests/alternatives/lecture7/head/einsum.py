"""Einsum for both products, an additive mask, a softmax by hand that subtracts each row's maximum."""

import math

import torch
from torch import nn


class Head(nn.Module):
    """One head, index by index."""

    def __init__(self, n_embd: int, head_size: int, block_size: int, dropout: float) -> None:
        super().__init__()
        for name in ("query", "key", "value"):
            setattr(self, name, nn.Linear(n_embd, head_size, bias=False))
        self.register_buffer("tril", torch.ones(block_size, block_size).tril().bool(), persistent=False)
        self.rate = dropout

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (B, T, head_size)."""
        q, k, v = self.query(x), self.key(x), self.value(x)
        scores = torch.einsum("bth,bsh->bts", q, k) / math.sqrt(q.size(-1))
        future = torch.zeros(x.size(1), x.size(1), dtype=x.dtype)
        future[~self.tril[: x.size(1), : x.size(1)]] = -math.inf
        scores = scores + future
        exps = torch.exp(scores - scores.max(-1, keepdim=True).values)
        weights = exps / exps.sum(-1, keepdim=True)
        weights = nn.functional.dropout(weights, self.rate, self.training)
        return torch.einsum("bts,bsh->bth", weights, v)
