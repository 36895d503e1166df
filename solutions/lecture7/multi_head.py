"""Several heads side by side: each looks for something else, and one projection brings their findings together.

One head has one softmax a token, and so one thing to look at. Several small heads look at several things at once, for
the same amount of computation. You run them, put their outputs side by side, and project the result back to the width
of the residual stream. Source: lecture 7, section 7.6.1.
"""

# /// exercise
# title = "multi-head attention"
# forbids = [
#   "torch.nn.functional.scaled_dot_product_attention", "torch.nn.MultiheadAttention",
#   "torch.nn.functional.multi_head_attention_forward", "torch.nn.TransformerEncoderLayer",
# ]
# why_forbidden = "this exercise is about writing attention yourself"
# hints = [
#   """A plain list hides the heads from the module: parameters() would not find them. There is a list for modules. \
#   And which axis of (B, T, head_size) should grow when two outputs are put side by side?""",
#   """out = dropout(proj(concatenation of h(x) for every head h, over the last axis)), where proj maps \
#   num_heads * head_size numbers to n_embd.""",
#   """self.heads = nn.ModuleList([Head(n_embd, head_size, block_size, dropout) for _ in range(num_heads)]); then \
#   torch.cat([h(x) for h in self.heads], dim=-1).""",
# ]
# ///

import torch
from torch import nn

from .head import Head


class MultiHeadAttention(nn.Module):
    """Several heads of causal self-attention, concatenated and projected.

        cat = [heads[0](x), heads[1](x), ...] side by side      (B, T, num_heads * head_size)
        out = cat @ W.T + b                                     (B, T, n_embd), by proj
        out = dropout(out)                                      in training mode

    The output of head 0 comes first in cat, then that of head 1, and so on: each takes head_size places in a row. The
    dropout here is one more, after those inside the heads.

    Args:
        n_embd: numbers in each token's vector, and in each output.
        num_heads: how many heads, at least 1.
        head_size: the size of each. Usually n_embd // num_heads; but any will do, so num_heads * head_size need not
            be n_embd.
        block_size: the longest sequence that will come.
        dropout: the probability of dropout, for the heads and for the output, in [0, 1).

    Attributes:
        heads: an ``nn.ModuleList`` of num_heads of your own ``Head``, each with weights of its own.
        proj: ``nn.Linear`` from num_heads * head_size to n_embd, with bias.

    Source: lecture 7, section 7.6.1; Vaswani et al., 2017, section 3.2.2.
    """

    def __init__(self, n_embd: int, num_heads: int, head_size: int, block_size: int, dropout: float) -> None:
        super().__init__()
        # solution
        self.heads = nn.ModuleList([Head(n_embd, head_size, block_size, dropout) for _ in range(num_heads)])
        self.proj = nn.Linear(num_heads * head_size, n_embd)
        self.dropout = nn.Dropout(dropout)
        # end solution

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Run every head on x and bring their outputs together.

        Args:
            x: one vector for each token, (B, T, n_embd), floats; T is at most block_size. Not modified.

        Returns:
            (B, T, n_embd), of the dtype of x, once the module has that dtype.
        """
        # solution
        out = torch.cat([head(x) for head in self.heads], dim=-1)  # (B, T, num_heads * head_size)
        return self.dropout(self.proj(out))  # (B, T, n_embd)
        # end solution
