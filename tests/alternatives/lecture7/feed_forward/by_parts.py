"""The Sequential filled part by part, and run part by part, with the leading axes flattened on the way."""

import torch
from torch import nn


class FeedForward(nn.Module):
    """Four modules in a row, on a matrix of tokens."""

    def __init__(self, n_embd: int, dropout: float) -> None:
        super().__init__()
        self.net = nn.Sequential()
        inner = 4 * n_embd
        for module in (nn.Linear(n_embd, inner), nn.ReLU(inplace=True), nn.Linear(inner, n_embd), nn.Dropout(dropout)):
            self.net.append(module)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the shape of x."""
        tokens = x.reshape(-1, x.shape[-1])
        for module in self.net:
            tokens = module(tokens)
        return tokens.reshape(x.shape)
