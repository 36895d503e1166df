"""Causal self-attention as GPT-2 has it: all heads in one matrix, and no token that sees a later one.

In lecture 7 each head was a module of its own. GPT-2 computes the queries, keys and values of all heads in one
product, and gives the heads an axis of the tensor. The mathematics is the same; what changes is where each number
lies, and that is the exercise. Source: lecture 10, section 10.3.2.
"""

# /// exercise
# title = "causal self-attention, all heads at once"
# forbids = [
#   "torch.nn.functional.scaled_dot_product_attention", "torch.nn.MultiheadAttention",
#   "torch.nn.functional.multi_head_attention_forward", "torch.nn.TransformerEncoderLayer",
# ]
# why_forbidden = "this exercise is about writing attention yourself"
# hints = [
#   """Follow the shapes. A product of matrices works on the last two axes and goes through all others one by one: \
#   which two of (B, T, n_head, head_size) must stand last, so that every query meets every key within its head?""",
#   """q, k, v = the three thirds of c_attn(x); each (B, T, C) -> (B, T, n_head, head_size) -> (B, n_head, T, \
#   head_size). scores = q @ k.transpose(-2, -1) / sqrt(head_size), -inf above the diagonal, softmax, times v, and all \
#   the way back.""",
#   """q = q.view(B, T, n_head, C // n_head).transpose(1, 2), and k and v as well; future = torch.ones(T, T, \
#   dtype=torch.bool).triu(1); att = att.masked_fill(future, float("-inf")); y.transpose(1, 2).reshape(B, T, C).""",
# ]
# ///

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass
class GPTConfig:
    """The sizes of a GPT-2; the defaults are those of the model with 124 million parameters. Given: leave it as it is.

    Attributes:
        block_size: the longest sequence that the model can see.
        vocab_size: V, the number of different tokens: 50,000 merges, 256 bytes and the end of a text.
        n_layer: blocks.
        n_head: heads in each block.
        n_embd: C, numbers in each token's vector; a multiple of n_head.
    """

    block_size: int = 1024
    vocab_size: int = 50257
    n_layer: int = 12
    n_head: int = 12
    n_embd: int = 768


class CausalSelfAttention(nn.Module):
    """Multi-head causal self-attention with one projection for queries, keys and values.

    With C = n_embd and head_size = C / n_head:

        q, k, v = the first, the second and the last C numbers of c_attn(x)           each (B, T, C)

    Head h has the numbers h * head_size to (h + 1) * head_size - 1 of each of them, and computes

        scores[b, h, t, s] = q[b, h, t] . k[b, h, s] / sqrt(head_size)     for s <= t
        scores[b, h, t, s] = -inf                                          for s > t: later tokens are not seen
        weights            = softmax of scores over s                      (B, n_head, T, T), each row sums to 1
        y[b, h, t]         = sum over s of weights[b, h, t, s] * v[b, h, s]

    What the heads give is put side by side again, in their order, (B, T, C), and out = c_proj(y).

    The printed listing 90 says "with causal masking" and has no mask. There is no dropout here.

    Args:
        config: the sizes. Of a ``GPTConfig`` only n_embd, n_head and block_size matter here; anything that has its
            attributes will do.

    Attributes:
        c_attn: ``nn.Linear(n_embd, 3 * n_embd)``, with bias.
        c_proj: ``nn.Linear(n_embd, n_embd)``, with bias. These two are all that is trained; a buffer for the mask may
            be there or not.

    Raises:
        ValueError: n_embd is no multiple of n_head; raised by the constructor.

    Source: lecture 10, section 10.3.2; Radford et al., 2019.
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        # solution
        if config.n_embd % config.n_head != 0:
            raise ValueError(f"{config.n_embd} numbers cannot be shared out among {config.n_head} heads")
        self.c_attn = nn.Linear(config.n_embd, 3 * config.n_embd)
        self.c_proj = nn.Linear(config.n_embd, config.n_embd)
        self.n_head = config.n_head
        # end solution

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Let every token gather from itself and the tokens before it, in all heads at once.

        Args:
            x: one vector for each token, (B, T, n_embd), floats; T is at least 1 and at most block_size. Not modified.

        Returns:
            (B, T, n_embd), of the dtype of x, once the module has that dtype (``.double()``). Finite also where the
            scores are in the thousands.

        Example:
            n_embd = 2, n_head = 2, all weights of c_attn 1, c_proj the identity, all biases 0, x = [[[1., 0.],
            [0., 2.]]] -> [[[1., 1.], [1.880797, 1.880797]]]: in both heads the second token's scores are 2 and 4.
        """
        # solution
        B, T, C = x.shape
        q, k, v = self.c_attn(x).split(C, dim=2)  # each (B, T, C)
        q = q.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)  # (B, n_head, T, head_size)
        k = k.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        v = v.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        att = q @ k.transpose(-2, -1) * k.shape[-1] ** -0.5  # (B, n_head, T, T), one row for each query
        future = torch.ones(T, T, dtype=torch.bool, device=x.device).triu(1)  # what comes later than the query
        att = F.softmax(att.masked_fill(future, float("-inf")), dim=-1)
        y = att @ v  # (B, n_head, T, head_size)
        y = y.transpose(1, 2).reshape(B, T, C)  # the heads side by side
        return self.c_proj(y)
        # end solution
