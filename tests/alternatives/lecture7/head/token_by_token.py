"""A loop over the tokens: each sees only the keys and values up to itself, so no mask is needed."""

import torch
from torch import nn


class Head(nn.Module):
    """One head, as it runs in generation: a token at a time."""

    def __init__(self, n_embd: int, head_size: int, block_size: int, dropout: float) -> None:
        super().__init__()
        self.value = nn.Linear(n_embd, head_size, bias=False)
        self.query = nn.Linear(n_embd, head_size, bias=False)
        self.key = nn.Linear(n_embd, head_size, bias=False)
        self.register_buffer("tril", torch.tril(torch.ones((block_size, block_size))))
        self.drop = nn.Dropout(p=dropout)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (B, T, head_size)."""
        keys, values = self.key(x), self.value(x)
        out = []
        for t in range(x.shape[1]):
            query = self.query(x[:, t])[:, :, None]  # (B, head_size, 1)
            scores = (keys[:, : t + 1] @ query)[..., 0] / keys.shape[-1] ** 0.5  # (B, t + 1)
            weights = self.drop(torch.softmax(scores, dim=1))
            out.append((weights[:, None, :] @ values[:, : t + 1])[:, 0])
        return torch.stack(out, dim=1)
