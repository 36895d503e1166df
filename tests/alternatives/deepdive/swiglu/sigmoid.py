"""z · sigmoid(z), written out."""

import torch


class SwiGLU(torch.nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.down = torch.nn.Linear(hidden, dim, bias=False)
        self.up = torch.nn.Linear(dim, hidden, bias=False)
        self.gate = torch.nn.Linear(dim, hidden, bias=False)

    def forward(self, x):
        z = self.gate(x)
        return self.down(z * torch.sigmoid(z) * self.up(x))
