"""generate as a recursion, the embedding of positions by broadcasting a whole (B, T) table of them."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from .block import Block


@dataclass
class GPTConfig:
    """The sizes."""

    vocab_size: int = 65
    block_size: int = 256
    n_embd: int = 384
    n_head: int = 6
    n_layer: int = 6
    dropout: float = 0.2


class GPT(nn.Module):
    """A decoder-only Transformer."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.config = config
        sizes = (config.n_embd, config.n_head, config.block_size, config.dropout)
        self.token_embedding_table = nn.Embedding(config.vocab_size, config.n_embd)
        self.position_embedding_table = nn.Embedding(config.block_size, config.n_embd)
        self.blocks = nn.Sequential(*(Block(*sizes) for _ in range(config.n_layer)))
        self.ln_f = nn.LayerNorm(config.n_embd, eps=1e-5)
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=True)

    def forward(self, idx: torch.Tensor, targets: torch.Tensor | None = None) -> tuple:
        """Return (logits, loss)."""
        if idx.shape[1] > self.config.block_size:
            message = "the sequence is longer than block_size"
            raise ValueError(message)
        places = torch.cumsum(torch.ones_like(idx), dim=1) - 1  # (B, T)
        x = self.position_embedding_table(places) + self.token_embedding_table(idx)
        logits = F.linear(self.ln_f(self.blocks(x)), self.lm_head.weight, self.lm_head.bias)
        if targets is None:
            return logits, None
        return logits, F.cross_entropy(logits.flatten(end_dim=1), targets.flatten())

    def generate(
        self,
        idx: torch.Tensor,
        n: int,
        temperature: float = 1.0,
        top_k: int | None = None,
        generator: torch.Generator | None = None,
    ) -> torch.Tensor:
        """Return idx and n tokens more."""
        if n == 0:
            return idx
        with torch.inference_mode():
            logits = self(idx[:, -self.config.block_size :])[0].select(1, -1) / temperature
            if top_k is not None:
                lowest = logits.sort(descending=True).values[:, : max(top_k, 1)][:, -1:]
                logits = torch.where(logits >= lowest, logits, -torch.inf)
            drawn = torch.multinomial(logits.softmax(-1), 1, generator=generator)
        return self.generate(torch.hstack([idx, drawn]), n - 1, temperature, top_k, generator)
