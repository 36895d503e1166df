"""The length of each token, over √dim."""

import torch


class RMSNorm(torch.nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.dim = dim
        self.eps = eps
        self.weight = torch.nn.Parameter(torch.empty(dim).fill_(1.0))

    def forward(self, x):
        wide = x.double()
        length = torch.linalg.vector_norm(wide, dim=-1, keepdim=True)
        rms = torch.sqrt(length.square() / self.dim + self.eps)
        return (wide / rms * self.weight).to(x.dtype)
