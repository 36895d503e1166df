"""The mean square as a product of each token with itself."""

import torch
import torch.nn as nn


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.register_parameter("weight", nn.Parameter(torch.ones((dim,))))
        self.variance_epsilon = eps

    def forward(self, hidden):
        kept = hidden.dtype
        hidden = hidden.to(torch.float32) if kept == torch.float16 else hidden
        square = torch.einsum("...d,...d->...", hidden, hidden)[..., None] / hidden.size(-1)
        return self.weight * (hidden / (square + self.variance_epsilon) ** 0.5).to(kept)
