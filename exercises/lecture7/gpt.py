"""GPT: embeddings, a stack of blocks, a last normalisation, and scores for the next token.

You assemble the model of the lecture from your own blocks, and let it write. At the lecture's size it has 10.8 million
parameters; at the size of a laptop it has ten thousand, and nothing but a few numbers in its configuration changes.
Source: lecture 7, sections 7.4, 7.5.2, 7.6.3 and 7.7.
"""

# /// exercise
# title = "the GPT model"
# forbids = [
#   "torch.nn.functional.scaled_dot_product_attention", "torch.nn.MultiheadAttention",
#   "torch.nn.functional.multi_head_attention_forward", "torch.nn.TransformerEncoderLayer",
#   "torch.nn.TransformerEncoder",
# ]
# why_forbidden = "this exercise is about building the model from your own parts"
# ///

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from .block import Block


@dataclass
class GPTConfig:
    """The sizes of a GPT; the defaults are the lecture's. This class is given: leave it as it is.

    Attributes:
        vocab_size: V, the number of different tokens.
        block_size: the longest sequence that the model can see.
        n_embd: C, numbers in each token's vector; a multiple of n_head.
        n_head: heads in each block.
        n_layer: blocks.
        dropout: the probability of dropout in the blocks.
    """

    vocab_size: int = 65
    block_size: int = 256
    n_embd: int = 384
    n_head: int = 6
    n_layer: int = 6
    dropout: float = 0.2


class GPT(nn.Module):
    """A decoder-only Transformer over tokens.

        x      = token_embedding_table(idx) + position_embedding_table(0, 1, ..., T - 1)      (B, T, C)
        x      = blocks(x), one after the other                                                (B, T, C)
        logits = lm_head(ln_f(x))                                                              (B, T, V)

    logits[b, t] are the scores for the token that follows idx[b, t]; they depend on idx[b, 0] to idx[b, t] alone.

    Args:
        config: the sizes.

    Attributes:
        token_embedding_table: ``nn.Embedding(vocab_size, n_embd)``.
        position_embedding_table: ``nn.Embedding(block_size, n_embd)``.
        blocks: n_layer of your own ``Block``, in an ``nn.Sequential`` or ``nn.ModuleList``; config.dropout is theirs,
            there is none outside the blocks.
        ln_f: the last ``nn.LayerNorm(n_embd)``.
        lm_head: ``nn.Linear(n_embd, vocab_size)``, with bias, and not tied to the embedding.

    With the default configuration that is 10,788,929 parameters. Leave them as torch initialises them.

    Source: lecture 7, sections 7.5.2 to 7.7.
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        raise NotImplementedError("lecture7.gpt: GPT.__init__ is not written yet")

    def forward(
        self, idx: torch.Tensor, targets: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Score the next token at every position, and compare with what came.

        Args:
            idx: tokens, (B, T), integers in [0, V); T is at least 1.
            targets: the tokens that followed, (B, T): targets[b, t] follows idx[b, t], so nothing is left to shift.

        Returns:
            ``(logits, loss)``: logits (B, T, V), with and without targets (the lecture's listing flattens them when it
            has targets: flatten for the loss alone); loss the mean cross-entropy over all B * T positions, a tensor
            of shape (), or None without targets.

        Raises:
            ValueError: T is greater than block_size: there are no positions for so many tokens.
        """
        raise NotImplementedError("lecture7.gpt: GPT.forward is not written yet")

    def generate(
        self,
        idx: torch.Tensor,
        n: int,
        temperature: float = 1.0,
        top_k: int | None = None,
        generator: torch.Generator | None = None,
    ) -> torch.Tensor:
        """Append n tokens to each sequence, one at a time, each drawn from the model's own distribution.

        Each time, in this order:

            1. run the model on what there is; of more than block_size tokens, on the last block_size.
            2. take the logits of the last position, (B, V), and divide them by the temperature.
            3. with top_k, set all but the top_k largest of each row to -inf; top_k >= V keeps all. (Of equal logits
               at the border any may stay: no check has them.)
            4. probs = softmax over the V tokens, (B, V).
            5. draw with one call ``torch.multinomial(probs, 1, generator=generator)``, and append.

        The model's parameters and its mode stay as they are. (For text worth reading, call ``model.eval()`` first.)

        Args:
            idx: the sequences so far, (B, T), integers in [0, V); T is at least 1, and may exceed block_size. Not
                modified.
            n: how many tokens to append, at least 0.
            temperature: below 1 the likely becomes likelier still; greater than 0.
            top_k: how many tokens can be drawn at all, at least 1; None for no limit.
            generator: source of randomness; None for torch's global one.

        Returns:
            (B, T + n), integers: idx, whole, and what was appended.
        """
        raise NotImplementedError("lecture7.gpt: GPT.generate is not written yet")
