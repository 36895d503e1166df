"""Stochastic gradient descent: the update, and the loop around it.

You write the step downhill, and the loop that initialises a two-layer network, shuffles, cuts batches and
takes the steps. Source: day 3, "The Update Rule" and "NumPy MLP, end to end".
"""

# /// exercise
# title = "the training loop in NumPy"
# packages = "numpy"
# ///

import numpy as np

from .init import he, xavier
from .mlp import backward, forward
from .softmax import cross_entropy


def step(params: dict[str, np.ndarray], grads: dict[str, np.ndarray], lr: float) -> dict[str, np.ndarray]:
    """Return the parameters after one step downhill: p - lr * dp for each.

    Args:
        params: arrays of float64 under any names, of any shapes.
        grads: the gradient of each, under the same name and of the same shape.
        lr: the learning rate.

    Returns:
        A new dict with new arrays under the same names. Neither the two dicts nor an array in them is modified.

    Example:
        params = {"w": [1, 2]}, grads = {"w": [10, -10]}, lr = 0.1 -> {"w": [0, 3]}

    Source: day 3, "The Update Rule".
    """
    raise NotImplementedError("day3.sgd: step is not written yet")


def train(
    X: np.ndarray,
    y: np.ndarray,
    hidden: int,
    steps: int,
    lr: float,
    batch: int,
    rng: np.random.Generator,
) -> tuple[dict[str, np.ndarray], list[float]]:
    """Train a two-layer network with mini-batches, and return its parameters and the losses.

    First the parameters. With C = y.max() + 1 classes, in this order, and with no other use of rng:

        W1 = he(in, hidden, rng),  W2 = 0.01 * xavier(hidden, C, rng),  both biases zeros

    (The 0.01 makes the first logits small, the first guess even and the first loss about ln C. With unscaled
    weights the network begins by being sure of something wrong.)

    Then the batches. An epoch goes through all N rows once: ``rng.permutation(N)``, one call an epoch at its
    beginning, gives the order, and the batches are its consecutive slices of ``batch`` rows. The last batch of an
    epoch holds what is left, and may be smaller: it counts as a step like the others, and no row is left out. After
    it, a new epoch begins. If batch is N or more, each epoch is one batch of all rows, in the drawn order.

    Each of the steps takes the next batch, notes its loss (mean cross-entropy, *before* the update), computes the
    gradients on it, and replaces the parameters by ``step(params, grads, lr)``. lr stays the same; nothing else is
    carried from one step to the next.

    Args:
        X: the examples, (N, in), float64.
        y: the class of each, (N,), integers; every class from 0 to C - 1 occurs.
        hidden: hidden units.
        steps: number of updates, at least 1. They may end in the middle of an epoch.
        lr: the learning rate.
        batch: rows in a batch, at least 1.
        rng: source of the weights and of the order. It advances, and no other generator is used or seeded.

    Returns:
        ``(params, losses)``: a dict with the trained ``W1`` (in, hidden), ``b1`` (hidden,), ``W2`` (hidden, C) and
        ``b2`` (C,), float64; and a list of ``steps`` floats (NumPy floats are fine). X and y are not modified.

    Source: day 3, "NumPy MLP, end to end" and "Mini-batches".
    """
    raise NotImplementedError("day3.sgd: train is not written yet")
