"""One-hot rows times the table, and the loss from log-probabilities."""

import torch
import torch.nn.functional as F
from torch import nn


class BigramLanguageModel(nn.Module):
    """A look-up as a matrix product."""

    def __init__(self, vocab_size: int) -> None:
        super().__init__()
        self.token_embedding_table = nn.Embedding(vocab_size, vocab_size)

    def forward(self, idx: torch.Tensor, targets: torch.Tensor | None = None) -> tuple:
        """Return (logits, loss)."""
        table = self.token_embedding_table.weight
        logits = F.one_hot(idx, len(table)).to(table.dtype) @ table
        if targets is None:
            return logits, None
        picked = logits.gather(2, targets.unsqueeze(2)).squeeze(2)
        return logits, (logits.logsumexp(2) - picked).mean()

    @torch.no_grad()
    def generate(self, idx: torch.Tensor, n: int, generator: torch.Generator | None = None) -> torch.Tensor:
        """Return idx and n tokens more; only the last token matters."""
        out = [idx]
        for _ in range(n):
            probs = self.token_embedding_table(out[-1][:, -1]).softmax(1)
            out.append(torch.multinomial(probs, 1, generator=generator))
        return torch.cat(out, 1)
