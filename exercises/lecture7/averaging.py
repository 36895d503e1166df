"""The mathematical trick of attention: a causal average, as a loop, as a matrix product, as a softmax.

A token is to know of the tokens before it. The simplest message they can send is their average. You compute it three
times; the third version is attention, but for the scores, which are still all 0. Source: lecture 7, section 7.5.1.
"""

# /// exercise
# title = "averaging over the past, three times"
# ///

import torch
import torch.nn.functional as F


def average_loop(x: torch.Tensor) -> torch.Tensor:
    """Average over each token and those before it, with loops.

        out[b, t] = mean of x[b, 0], ..., x[b, t]

    Args:
        x: one vector for each token, (B, T, C), float32; T is at least 1. Not modified.

    Returns:
        (B, T, C), of the dtype of x. For the bonus all three take a float64 x, too, and average it in float64.

    Example:
        x = [[[2.], [4.], [9.]]] -> [[[2.], [3.], [5.]]]

    Source: lecture 7, section 7.5.1.
    """
    raise NotImplementedError("lecture7.averaging: average_loop is not written yet")


def average_matmul(x: torch.Tensor) -> torch.Tensor:
    """Average over each token and those before it, as one matrix product.

        out = wei @ x, where wei[t, s] = 1 / (t + 1) for s <= t, and 0 for s > t

    Args:
        x: as in ``average_loop``; wei must have its dtype, which is torch's default, float32, but for the bonus.

    Returns:
        The same as ``average_loop``; no loop is needed.

    Source: lecture 7, section 7.5.1, listing 72.
    """
    raise NotImplementedError("lecture7.averaging: average_matmul is not written yet")


def average_softmax(x: torch.Tensor) -> torch.Tensor:
    """Average over each token and those before it, with weights that come from a softmax.

        scores[t, s] = 0 for s <= t, and -inf for s > t
        out          = softmax of scores over s, times x

    Args:
        x: as in ``average_loop``.

    Returns:
        The same as ``average_loop``; no loop is needed.

    Source: lecture 7, section 7.5.1, listing 73.
    """
    raise NotImplementedError("lecture7.averaging: average_softmax is not written yet")
