"""The network is itself a subclass of Sequential, kept under the name that is asked for."""

import torch
from torch import nn


class Network(nn.Sequential):
    """Wide in the middle."""

    def __init__(self, outer: int, inner: int, rate: float) -> None:
        super().__init__(nn.Linear(outer, inner), nn.ReLU(), nn.Linear(inner, outer), nn.Dropout(p=rate))


class FeedForward(nn.Module):
    """One network for every token."""

    def __init__(self, n_embd: int, dropout: float) -> None:
        super().__init__()
        self.net = Network(n_embd, n_embd << 2, dropout)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the shape of x."""
        return self.net.forward(x)
