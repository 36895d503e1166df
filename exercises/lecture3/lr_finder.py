"""Which learning rate? Try many, a few steps each, and look for the valley.

Learning rates matter by their order of magnitude, so you try powers of ten. Too small ones hardly get anywhere, too
large ones blow up, and between them lies a valley. The best single loss often lies at its very edge, one step before
the cliff: what you want is a place whose neighbours are good, too. Source: lecture 3, section 3.3.8.
"""

# /// exercise
# title = "finding a learning rate"
# preload = ["torch._dynamo"]
# ///

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F


def lr_sweep(
    make_model: Callable[[], Any], X: torch.Tensor, Y: torch.Tensor, exponents: list[float], steps: int = 20
) -> list[float]:
    """Train a new model with each learning rate 10 ** exponent for a few steps, and return where each has got.

    For each exponent: a new model, ``make_model()``; ``steps`` steps of gradient descent, each on the mean
    cross-entropy of *all* rows of X and Y, p - 10 ** exponent * dp for every parameter p; and then, after the last
    step, the loss of all rows once more. No exponent depends on the others: the lecture lets one model go through a
    growing rate, which is quicker, but a late rate then starts from what the early ones have learnt.

    A rate that is too large may end at inf or NaN: that is its loss, and the sweep goes on.

    Args:
        make_model: called without arguments, gives a new model each time. ``model.forward(X)`` gives its logits, and
            ``model.parameters()`` what is trained, as a list or as an iterator. Nothing else of it is used.
        X: contexts, (N, block_size), int64, contiguous. Not modified.
        Y: what follows, (N,), int64. Not modified.
        exponents: powers of ten, in any order. Not modified.
        steps: updates with each rate, at least 1.

    Returns:
        A list of Python floats, one for each exponent, in their order.

    Source: lecture 3, section 3.3.8, "Learning Rate Determination Strategy".
    """
    raise NotImplementedError("lecture3.lr_finder: lr_sweep is not written yet")


def pick(exponents: list[float], losses: list[float]) -> float:
    """Return the exponent in the middle of the valley.

    The lowest loss alone is a bad guide. Among rates that are too large, one may be lucky; and the lowest of the valley
    often stands right before the cliff. So each exponent gets a score:

        score[i] = (losses[i - 1] + losses[i] + losses[i + 1]) / 3

    At either end there is one neighbour only, and the mean is that of two; of a single exponent the score is its loss.
    A loss of NaN counts as inf, and so do the scores that it is part of. The exponent with the lowest score is picked;
    where two have the same, either will do.

    Args:
        exponents: in ascending order, at least one. Not modified.
        losses: as many floats, some of them may be inf or NaN. Not modified.

    Returns:
        One of exponents.

    Raises:
        ValueError: if no score is finite.

    Example:
        pick([-2.0, -1.0, 0.0, 1.0], [3.0, 2.4, 2.2, 9.0]) is -1.0: the scores are 2.7, 2.53, 4.53 and 5.6.

    Source: lecture 3, section 3.3.8; the score is this course's.
    """
    raise NotImplementedError("lecture3.lr_finder: pick is not written yet")
