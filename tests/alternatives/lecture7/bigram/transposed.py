"""Classes on the second axis for the loss; tokens written into a tensor of the final length."""

import torch
import torch.nn.functional as F
from torch import nn


class BigramLanguageModel(nn.Module):
    """A table of logits."""

    def __init__(self, vocab_size: int) -> None:
        super().__init__()
        self.token_embedding_table = nn.Embedding(num_embeddings=vocab_size, embedding_dim=vocab_size)

    def forward(self, idx: torch.Tensor, targets: torch.Tensor | None = None) -> list:
        """Return [logits, loss], as a list."""
        logits = self.token_embedding_table(idx)
        return [logits, F.cross_entropy(logits.permute(0, 2, 1), targets) if targets is not None else None]

    def generate(self, idx: torch.Tensor, n: int, generator: torch.Generator | None = None) -> torch.Tensor:
        """Return idx and n tokens more."""
        T = idx.shape[1]
        out = F.pad(idx, (0, n))
        for t in range(T, T + n):
            logits = self(out[:, :t])[0][:, t - 1].detach()
            out[:, t] = torch.multinomial(torch.softmax(logits, dim=1), 1, generator=generator).flatten()
        return out
