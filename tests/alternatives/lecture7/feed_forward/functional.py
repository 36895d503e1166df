"""The modules only hold the weights; the formula is written out with functions."""

import torch
import torch.nn.functional as F
from torch import nn


class FeedForward(nn.Module):
    """max(0, x W1 + b1) W2 + b2."""

    def __init__(self, n_embd: int, dropout: float) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(n_embd, n_embd * 4), nn.ReLU(), nn.Linear(n_embd * 4, n_embd), nn.Dropout(dropout)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the shape of x."""
        first, last = self.net[0], self.net[2]
        hidden = torch.clamp_min(x @ first.weight.T + first.bias, 0)
        return F.dropout(hidden @ last.weight.T + last.bias, self.net[3].p, training=self.training)
