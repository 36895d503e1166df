"""The bigram language model: a table of scores, trained like a network, and a loop that writes.

The simplest model of text that can be trained: the next character depends on the present one alone. You write its
forward pass and its way of generating, and both stay as they are, nearly, when the model becomes a GPT. Source: lecture
7, section 7.4.
"""

# /// exercise
# title = "the bigram language model"
# ///

import torch
import torch.nn.functional as F
from torch import nn


class BigramLanguageModel(nn.Module):
    """A language model that looks at one token to predict the next.

        logits[b, t] = row idx[b, t] of the table

    Args:
        vocab_size: V, the number of different tokens.

    Attributes:
        token_embedding_table: ``nn.Embedding(vocab_size, vocab_size)``, as torch initialises it (from N(0, 1)); nothing
            else is trained. Before training the loss is therefore somewhat above ln V, which is what guessing costs.

    Source: lecture 7, section 7.4.1.
    """

    def __init__(self, vocab_size: int) -> None:
        super().__init__()
        raise NotImplementedError("lecture7.bigram: BigramLanguageModel.__init__ is not written yet")

    def forward(
        self, idx: torch.Tensor, targets: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Score the next token at every position, and compare with what came.

        Args:
            idx: tokens, (B, T), int64 in [0, V). Not modified.
            targets: the tokens that followed, (B, T): targets[b, t] follows idx[b, t], so nothing is left to shift.
                Not modified. For a bonus they may be a view, ``data[:, 1:]``, which ``.view`` cannot flatten.

        Returns:
            ``(logits, loss)``: logits (B, T, V), for a bonus also with targets (the lecture's listing flattens them
            then: flatten for the loss alone); loss the mean cross-entropy over all B * T positions, a tensor of shape
            (), or None without targets.
        """
        raise NotImplementedError("lecture7.bigram: BigramLanguageModel.forward is not written yet")

    def generate(self, idx: torch.Tensor, n: int, generator: torch.Generator | None = None) -> torch.Tensor:
        """Append n tokens to each sequence, one at a time, each drawn from the model's own distribution.

        Each time: the logits of the last position, (B, V); softmax over the V tokens; one call
        ``torch.multinomial(probs, 1, generator=generator)``; and what it draws is appended.

        Args:
            idx: the sequences so far, (B, T), int64 in [0, V); T is at least 1. Not modified.
            n: how many tokens to append, at least 0.
            generator: source of randomness; None for torch's global one.

        Returns:
            (B, T + n), integers: idx and what was appended.
        """
        raise NotImplementedError("lecture7.bigram: BigramLanguageModel.generate is not written yet")
