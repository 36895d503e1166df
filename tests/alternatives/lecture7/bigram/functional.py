"""F.embedding on the table, nll_loss after log_softmax, a recursion for the text."""

import torch
import torch.nn.functional as F
from torch import nn


class BigramLanguageModel(nn.Module):
    """A table of logits."""

    def __init__(self, vocab_size: int) -> None:
        super().__init__()
        self.token_embedding_table = nn.Embedding(vocab_size, vocab_size)

    def forward(self, idx: torch.Tensor, targets: torch.Tensor | None = None) -> tuple:
        """Return (logits, loss)."""
        logits, loss = F.embedding(idx, self.token_embedding_table.weight), None
        if targets is not None:
            loss = F.nll_loss(F.log_softmax(logits, -1).reshape(-1, logits.size(-1)), targets.reshape(-1))
        return logits, loss

    def generate(self, idx: torch.Tensor, n: int, generator: torch.Generator | None = None) -> torch.Tensor:
        """Return idx and n tokens more."""
        if n <= 0:
            return idx
        logits, _ = self.forward(idx)
        probs = torch.exp(F.log_softmax(logits[:, -1, :], dim=-1))
        drawn = torch.multinomial(probs, num_samples=1, generator=generator)
        return self.generate(torch.column_stack([idx, drawn]), n - 1, generator)
