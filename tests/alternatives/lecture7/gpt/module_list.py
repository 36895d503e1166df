"""A ModuleList gone through by hand, positions as a slice of the table, the loss from log-probabilities."""

from dataclasses import dataclass

import torch
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
        V, C = config.vocab_size, config.n_embd
        self.blocks = nn.ModuleList()
        for _ in range(config.n_layer):
            self.blocks.append(Block(C, config.n_head, config.block_size, config.dropout))
        self.lm_head = nn.Linear(C, V)
        self.ln_f = nn.LayerNorm(C)
        self.token_embedding_table = nn.Embedding(V, C)
        self.position_embedding_table = nn.Embedding(config.block_size, C)

    @property
    def block_size(self) -> int:
        """The longest sequence."""
        return self.position_embedding_table.num_embeddings

    def forward(self, idx: torch.Tensor, targets: torch.Tensor | None = None) -> tuple:
        """Return (logits, loss)."""
        if idx.size(1) > self.block_size:
            raise ValueError("too many tokens")
        x = self.token_embedding_table.weight[idx]
        x = x + self.position_embedding_table.weight[None, : idx.size(1)]
        for block in self.blocks:
            x = block(x)
        logits = self.lm_head(self.ln_f(x))
        loss = None
        if targets is not None:
            loss = -logits.log_softmax(-1).gather(-1, targets[..., None]).mean()
        return logits, loss

    @torch.no_grad()
    def generate(
        self,
        idx: torch.Tensor,
        n: int,
        temperature: float = 1.0,
        top_k: int | None = None,
        generator: torch.Generator | None = None,
    ) -> torch.Tensor:
        """Return idx and n tokens more."""
        B, T = idx.shape
        out = torch.cat([idx, idx.new_zeros(B, n)], dim=1)
        for t in range(T, T + n):
            logits = self(out[:, max(0, t - self.block_size) : t])[0][:, -1].div(temperature)
            if top_k is not None and top_k < logits.size(-1):
                kept, places = logits.topk(top_k)
                logits = torch.full_like(logits, -torch.inf).scatter(1, places, kept)
            out[:, t] = torch.multinomial(torch.softmax(logits, -1), 1, generator=generator).squeeze(1)
        return out
