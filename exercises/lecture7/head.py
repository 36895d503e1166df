"""One head of causal self-attention: tokens that look back, and decide for themselves at what.

You write the heart of the Transformer. Every token asks a question (its query), every token says what it has to
offer (its key), and where the two agree, what the token has to tell (its value) is passed on. Only backwards: a
token never sees what comes after it. Source: lecture 7, section 7.5.3.
"""

# /// exercise
# title = "one head of self-attention"
# forbids = [
#   "torch.nn.functional.scaled_dot_product_attention", "torch.nn.MultiheadAttention",
#   "torch.nn.functional.multi_head_attention_forward", "torch.nn.TransformerEncoderLayer",
# ]
# why_forbidden = "this exercise is about writing attention yourself"
# ///

import torch
import torch.nn.functional as F
from torch import nn


class Head(nn.Module):
    """One head of causal self-attention.

    With q, k and v the projections of x, each (B, T, head_size), and one row of weights for each query:

        scores[b, t, s] = q[b, t] . k[b, s] / sqrt(head_size)     for s <= t
        scores[b, t, s] = -inf                                    for s > t: later tokens are not seen
        weights         = softmax of scores over s                (B, T, T), each row sums to 1
        out[b, t]       = sum over s of weights[b, t, s] * v[b, s]

    In training mode dropout acts on the weights, after the softmax; in evaluation mode it does nothing.

    Two properties to check yourself by: the first token sees itself alone, so out[:, 0] is v[:, 0]; and no change of
    a later token changes an earlier output.

    Args:
        n_embd: numbers in each token's vector.
        head_size: numbers in each query, key and value; any, not only a divisor of n_embd.
        block_size: the longest sequence that will come, at least 1.
        dropout: the probability with which a weight is dropped in training, in [0, 1).

    Attributes:
        key, query, value: ``nn.Linear`` from n_embd to head_size, without bias. They are all that is trained.
        tril: a lower triangle of ones, (block_size, block_size): a buffer (``register_buffer``), so that it moves and
            changes type with the module, and no optimizer touches it.

    Source: lecture 7, section 7.5.3; Vaswani et al., 2017, section 3.2.1.
    """

    def __init__(self, n_embd: int, head_size: int, block_size: int, dropout: float) -> None:
        super().__init__()
        raise NotImplementedError("lecture7.head: Head.__init__ is not written yet")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Let every token gather from itself and the tokens before it.

        Args:
            x: one vector for each token, (B, T, n_embd), floats; T is at least 1 and at most block_size. Not modified.

        Returns:
            (B, T, head_size), of the dtype of x, once the module has that dtype (``.double()``). Finite also where the
            scores are in the thousands.

        Example:
            n_embd = head_size = 1, all three weights 1, x = [[[1.], [2.]]] -> [[[1.], [1.880797]]]: the second
            token's scores are 2 and 4, its weights 0.119203 and 0.880797.
        """
        raise NotImplementedError("lecture7.head: Head.forward is not written yet")
