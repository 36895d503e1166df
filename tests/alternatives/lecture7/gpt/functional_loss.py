"""The body in a ModuleDict-free Sequential, the loss with transposed logits, top-k by sorting, the tokens in a list."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from .block import Block


@dataclass(frozen=True)
class GPTConfig:
    """The sizes, frozen."""

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
        self.limit = config.block_size
        self.token_embedding_table = nn.Embedding(config.vocab_size, config.n_embd)
        self.position_embedding_table = nn.Embedding(config.block_size, config.n_embd)
        blocks = [Block(config.n_embd, config.n_head, config.block_size, config.dropout) for _ in range(config.n_layer)]
        self.blocks = nn.Sequential(*blocks)
        self.ln_f = nn.LayerNorm(config.n_embd)
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size)
        self.register_buffer("places", torch.arange(config.block_size), persistent=False)

    def forward(self, idx: torch.Tensor, targets: torch.Tensor | None = None) -> tuple:
        """Return (logits, loss)."""
        T = idx.shape[-1]
        if not T <= self.limit:
            raise ValueError(f"at most {self.limit} tokens, not {T}")
        x = self.token_embedding_table(idx).add(self.position_embedding_table(self.places[:T]))
        logits = self.lm_head(self.ln_f(self.blocks(x)))
        return logits, (None if targets is None else F.cross_entropy(logits.transpose(1, 2), targets))

    def generate(
        self,
        idx: torch.Tensor,
        n: int,
        temperature: float = 1.0,
        top_k: int | None = None,
        generator: torch.Generator | None = None,
    ) -> torch.Tensor:
        """Return idx and n tokens more."""
        columns = list(idx.unbind(1))
        for _ in range(n):
            context = torch.stack(columns[-self.limit :], 1)
            logits = self.forward(context)[0].detach()[:, -1, :] / temperature
            probs = logits.softmax(1)
            if top_k is not None:
                ranks = logits.argsort(1, descending=True).argsort(1)
                probs = probs * (ranks < top_k)
                probs = probs / probs.sum(1, keepdim=True)
            columns.append(torch.multinomial(probs, num_samples=1, generator=generator)[:, 0])
        return torch.stack(columns, 1)
