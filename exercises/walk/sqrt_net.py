"""The square root, learnt by a net and walked, and beside it Newton's method, which has known it all along.

You write ``train``, which fits a net to points of y = √x, ``line_at``, which finds the straight line that it uses at
one x, and ``newton``. Source: walking neural nets, part 2, "A little history, and the centrality of error correction".
"""

# /// exercise
# title = "the square root, learnt"
# ///

import torch
from torch import nn

from .regions import piecewise


def newton(x: float, guess: float, steps: int) -> list[float]:
    """Find the root of x as the Babylonians did: g_new = (g + x / g) / 2, again and again.

    Args:
        x: above 0.
        guess: the first guess, above 0.
        steps: how many better ones to find, 0 or more.

    Returns:
        The guesses, steps + 1 Python floats, the first one as it is given.

    Example:
        newton(2, 1, 3) -> [1.0, 1.5, 1.41666…, 1.41421…]

    Source: walking neural nets, part 2, "The ancient / Babylonian (Newton) method".
    """
    raise NotImplementedError("walk.sqrt_net: newton is not written yet")


def train(model: nn.Module, X: torch.Tensor, Y: torch.Tensor, steps: int, lr: float) -> list[float]:
    """Fit a net to points (X, Y) in place, with Adam on the mean squared error, all points in each step.

    ``torch.optim.Adam`` with this lr and its other settings as they are, made once. Nothing is drawn at random.

    Args:
        model: from (N, 1) to (N, 1).
        X: (N, 1), the places. Not modified.
        Y: (N, 1), the roots. Not modified.
        steps: how many steps to take.
        lr: the learning rate.

    Returns:
        The loss of each step, before its update: ``steps`` Python floats.

    Source: walking neural nets, part 2, "The essence: a learned mapping".
    """
    raise NotImplementedError("walk.sqrt_net: train is not written yet")


def line_at(model: nn.Sequential, x: float) -> tuple[float, float]:
    """Walk the net at one x: return the straight line that it uses there, y = slope · x + intercept.

    Args:
        model: a net as ``regions`` takes it: an ``nn.Sequential`` of Linear(1, h1), ReLU, Linear(h1, h2), ReLU and
            Linear(h2, 1). It is not modified.
        x: any number. At a kink the line to its left is meant.

    Returns:
        (slope, intercept), Python floats.

    Source: walking neural nets, part 2, "Piecewise / nonlinear structure".
    """
    raise NotImplementedError("walk.sqrt_net: line_at is not written yet")
