"""The Transformer block: communication, then computation, each added to a stream that runs straight through.

You put attention and the feed-forward network together. Two things make it possible to stack many such blocks: the
residual connections, by which gradients reach the bottom undiminished, and layer normalisation in front of each part.
Source: lecture 7, section 7.6.3.
"""

# /// exercise
# title = "the Transformer block"
# forbids = [
#   "torch.nn.functional.scaled_dot_product_attention", "torch.nn.MultiheadAttention",
#   "torch.nn.functional.multi_head_attention_forward", "torch.nn.TransformerEncoderLayer",
# ]
# why_forbidden = "this exercise is about writing the block yourself"
# hints = [
#   """Follow x through the block. It is never normalised itself and never replaced: things are added to it, twice. \
#   What is added the second time has seen the first sum.""",
#   """x = x + sa(ln1(x)), then x = x + ffwd(ln2(x)).""",
#   """self.sa = MultiHeadAttention(n_embd, n_head, n_embd // n_head, block_size, dropout); self.ffwd = \
#   FeedForward(n_embd, dropout); self.ln1 and self.ln2 are nn.LayerNorm(n_embd), two of them.""",
# ]
# ///

import torch
from torch import nn

from .feed_forward import FeedForward
from .multi_head import MultiHeadAttention


class Block(nn.Module):
    """Self-attention and a feed-forward network, with residual connections and layer normalisation.

        y   = x + sa(ln1(x))
        out = y + ffwd(ln2(y))

    The normalisation stands *before* each part ("pre-norm"), inside the branch. The original paper had it after the
    sum; that differs from this lecture, from GPT-2, and from what is graded here.

    Args:
        n_embd: numbers in each token's vector; a multiple of n_head.
        n_head: how many heads; each has n_embd // n_head numbers.
        block_size: the longest sequence that will come.
        dropout: the probability of dropout, in [0, 1).

    Attributes:
        sa: your ``MultiHeadAttention``.
        ffwd: your ``FeedForward``.
        ln1, ln2: ``nn.LayerNorm(n_embd)``, before sa and before ffwd, each with weights of its own.

    Source: lecture 7, section 7.6.3.
    """

    def __init__(self, n_embd: int, n_head: int, block_size: int, dropout: float) -> None:
        super().__init__()
        # solution
        self.sa = MultiHeadAttention(n_embd, n_head, n_embd // n_head, block_size, dropout)
        self.ffwd = FeedForward(n_embd, dropout)
        self.ln1 = nn.LayerNorm(n_embd)
        self.ln2 = nn.LayerNorm(n_embd)
        # end solution

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Let the tokens communicate, then let each compute.

        Args:
            x: one vector for each token, (B, T, n_embd), floats; T is at most block_size. Not modified.

        Returns:
            (B, T, n_embd), of the dtype of x, once the module has that dtype.
        """
        # solution
        x = x + self.sa(self.ln1(x))  # (B, T, n_embd)
        return x + self.ffwd(self.ln2(x))  # (B, T, n_embd)
        # end solution
