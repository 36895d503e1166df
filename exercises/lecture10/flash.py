"""Attention that never holds its matrix.

Attention as lecture 7 has it makes a matrix of T × T weights for each head, writes it to memory, reads it for the
softmax, writes that, and reads it again. At 1,024 tokens that is a million numbers a head; and moving them, not
computing them, is what takes the time. FlashAttention computes the very same result block by block, and holds no more
than one block of scores. You write the idea, in torch: the kernel does the same where the chip's fast memory is.
Source: lecture 10, section 10.7.3.
"""

# /// exercise
# title = "attention without the matrix"
# forbids = [
#   "torch.nn.functional.scaled_dot_product_attention",
#   "torch.nn.functional.multi_head_attention_forward",
#   "torch.nn.MultiheadAttention",
#   "torch.nn.attention",
# ]
# why_forbidden = "it is what you write here"
# ///

import math

import torch


def flash_attention(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, block_size: int, causal: bool = True
) -> torch.Tensor:
    """Return softmax(q kᵀ / √D) v, computed block by block.

    For each block of ``block_size`` rows of q go once over the blocks of k and v, of as many rows. The softmax is made
    *online*: from the blocks seen so far three things are kept for each row, all of them as if the largest score so far
    were the largest of all,

        m    the largest score so far
        l    the sum of exp(score - m) so far
        acc  the sum of exp(score - m) times the row of v so far

    and where a block brings a larger score, l and acc are rescaled to it. After the last block, acc / l is the answer.

    With ``causal`` row t sees the rows 0 to t of k and v only. The last block has fewer rows where block_size is no
    divisor of T; block_size may be larger than T, too.

    What is held: no tensor that you make may have more numbers than the largest of q, k, v, the result, and one block
    of scores for each head, (…, block_size, block_size). So there is no matrix of T × T, a mask included, and no
    strip of block_size × T either. And no score is computed twice.

    Args:
        q: queries, (…, T, D) floats, T and D at least 1, with any axes in front: (T, D) as (B, H, T, D).
        k: keys, of the shape and dtype of q.
        v: values, (…, T, E), of the same axes in front and the same dtype; E may be another number than D.
        block_size: rows in a block, at least 1.
        causal: whether later rows are hidden.

    Returns:
        (…, T, E), of the dtype of q, in which all is computed: float64 in float64. Scores may be as large as ±10,000.
        No argument is modified. Gradients are not asked for.

    Raises:
        ValueError: block_size is less than 1.

    Example:
        q = k = zeros (3, 2), v = [[3.0], [5.0], [10.0]], block_size 2, causal
        every score is 0, so row t is the mean of the rows 0 to t of v -> [[3.0], [4.0], [6.0]]

    Source: lecture 10, section 10.7.3; Dao et al. 2022 (FlashAttention), Dao 2023 (FlashAttention-2), Milakov and
    Gimelshein 2018 (the online softmax).
    """
    raise NotImplementedError("lecture10.flash: flash_attention is not written yet")
