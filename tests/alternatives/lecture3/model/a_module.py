"""An nn.Module with Parameters of better scales and biases of zeros; parameters() is its own."""

import torch
import torch.nn.functional as F
from torch import nn


class MLPLanguageModel(nn.Module):
    """Registers five Parameters."""

    def __init__(self, vocab, block_size, emb, hidden):
        super().__init__()
        self.block_size = block_size
        fan_in = block_size * emb
        self.C = nn.Parameter(torch.randn(vocab, emb))
        self.W1 = nn.Parameter(torch.randn(fan_in, hidden) * (5 / 3) / fan_in**0.5)
        self.b1 = nn.Parameter(torch.zeros(hidden))
        self.W2 = nn.Parameter(torch.randn(hidden, vocab) * 0.01)
        self.b2 = nn.Parameter(torch.zeros(vocab))

    def forward(self, X):
        x = F.embedding(X, self.C).reshape(len(X), -1)
        return torch.addmm(self.b2, torch.addmm(self.b1, x, self.W1).tanh(), self.W2)
