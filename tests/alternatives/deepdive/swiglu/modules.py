"""nn.SiLU as a part, and einsum."""

import torch
from torch import nn


class SwiGLU(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        for name, sizes in (("gate", (dim, hidden)), ("up", (dim, hidden)), ("down", (hidden, dim))):
            setattr(self, name, nn.Linear(*sizes, bias=False))
        self.act = nn.SiLU()

    def forward(self, x):
        hidden = torch.einsum("...h,...h->...h", self.act(self.gate(x)), self.up(x))
        return torch.einsum("...h,dh->...d", hidden, self.down.weight)
