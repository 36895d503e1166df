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
# hints = [
#   """A softmax needs its row's maximum and its row's sum, and you see a row one block at a time. What you have so \
#   far was computed with an older maximum. By which factor is it too large once a new maximum comes?""",
#   """Keep, for each row of the block of q: m, the maximum so far, from -inf; l, the sum of exp(s - m), from 0; acc, \
#   the sum of exp(s - m) v, from 0. A new block of scores s gives m_new = max(m, largest s of the row); what is \
#   there is multiplied by exp(m - m_new); then the block's own exp(s - m_new) is added to l, and its product with v \
#   to acc. Divide acc by l once, at the end.""",
#   """s = q_block @ k_block.transpose(-2, -1) / math.sqrt(D); causal: s.masked_fill(columns > rows[:, None], -inf), \
#   rows = torch.arange(i, …) and columns = torch.arange(j, …) being places in the whole sequence; m_new = \
#   torch.maximum(m, s.amax(-1, keepdim=True)); p = (s - m_new).exp(); old = (m - m_new).exp(); l = l * old + \
#   p.sum(-1, keepdim=True); acc = acc * old + p @ v_block. Slices end where the tensor does.""",
# ]
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
    # solution
    if block_size < 1:
        raise ValueError(f"block_size is {block_size}; at least 1 is wanted")
    T, D = q.shape[-2:]
    blocks = []
    for i in range(0, T, block_size):
        q_block = q[..., i : i + block_size, :]  # (…, R, D)
        rows = torch.arange(i, i + q_block.shape[-2])
        m = q.new_full((*q_block.shape[:-1], 1), -math.inf)  # (…, R, 1)
        l = torch.zeros_like(m)  # noqa: E741 - the paper's name
        acc = v.new_zeros((*q_block.shape[:-1], v.shape[-1]))  # (…, R, E)
        for j in range(0, min(i + block_size, T) if causal else T, block_size):  # later blocks are hidden as a whole
            k_block, v_block = k[..., j : j + block_size, :], v[..., j : j + block_size, :]
            scores = q_block @ k_block.transpose(-2, -1) / math.sqrt(D)  # (…, R, S)
            if causal:
                columns = torch.arange(j, j + k_block.shape[-2])
                scores = scores.masked_fill(columns > rows[:, None], -math.inf)
            m_new = torch.maximum(m, scores.amax(-1, keepdim=True))
            p = (scores - m_new).exp()
            old = (m - m_new).exp()  # what was computed with the old maximum is too large by 1/old
            l = l * old + p.sum(-1, keepdim=True)  # noqa: E741
            acc = acc * old + p @ v_block
            m = m_new
        blocks.append(acc / l)
    return torch.cat(blocks, dim=-2)  # (…, T, E)
    # end solution
