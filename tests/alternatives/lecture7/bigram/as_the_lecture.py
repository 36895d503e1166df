"""The lecture's listing: the logits are flattened where there are targets, which is right but for the bonus."""

import torch
import torch.nn as nn
from torch.nn import functional as F


class BigramLanguageModel(nn.Module):
    """A table of logits."""

    def __init__(self, vocab_size: int) -> None:
        super().__init__()
        self.token_embedding_table = nn.Embedding(vocab_size, vocab_size)

    def forward(self, idx: torch.Tensor, targets: torch.Tensor | None = None) -> tuple:
        """Return (logits, loss)."""
        scores = self.token_embedding_table(idx)  # (B, T, C)
        if targets is None:
            return scores, None
        B, T, C = scores.shape
        flat = scores.view(B * T, C)
        return flat, F.cross_entropy(flat, targets.view(B * T))

    def generate(self, idx: torch.Tensor, n: int, generator: torch.Generator | None = None) -> torch.Tensor:
        """Return idx and n tokens more."""
        for _ in range(n):
            scores, _ = self(idx)
            following = F.softmax(scores[:, -1, :], dim=-1)  # (B, C)
            drawn = torch.multinomial(following, num_samples=1, generator=generator)
            idx = torch.cat((idx, drawn), dim=1)
        return idx
