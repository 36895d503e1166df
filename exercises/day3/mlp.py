"""A two-layer network, forward and backward, with every gradient by hand.

You write the forward pass that keeps what the backward pass will need, and the six lines of chain rule that
turn it into four gradients. Source: day 3, "The Forward Pass" and "The Backward Pass".
"""

# /// exercise
# title = "a two-layer network, forward and backward"
# packages = "numpy"
# ///

import numpy as np

from .softmax import softmax


def forward(params: dict[str, np.ndarray], X: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the logits of a two-layer network, and what the backward pass needs.

        z1 = X W1 + b1        (B, hidden)
        a1 = max(0, z1)       (B, hidden)
        logits = a1 W2 + b2   (B, out)

    The logits are raw scores: no ReLU and no softmax after the second layer. For 4 inputs, 16 hidden units
    and 3 classes, the four arrays of params hold 131 numbers.

    Args:
        params: ``W1`` (in, hidden), ``b1`` (hidden,), ``W2`` (hidden, out) and ``b2`` (out,), float64.
        X: a batch of examples, (B, in), float64; B is at least 1.

    Returns:
        ``(logits, cache)``: the logits (B, out), and a dict of whatever arrays your own ``backward`` wants to
        find again, such as z1 and a1. Only your ``backward`` reads it. No argument is modified.

    Example:
        W1 = [[1, -1]], b1 = [0, 0], W2 = [[2], [3]], b2 = [1]; X = [[5], [-5]] -> logits = [[11], [16]]

    Source: day 3, "The Forward Pass".
    """
    raise NotImplementedError("day3.mlp: forward is not written yet")


def backward(
    params: dict[str, np.ndarray], X: np.ndarray, y: np.ndarray, cache: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Return the gradients of the mean cross-entropy loss with respect to the four parameters.

    The loss is the mean over the B examples of -log p[y], with p = softmax(logits). ReLU has slope 0 at 0.
    The result is right for large logits too, as far as your softmax is.

    Args:
        params: the parameters that ``forward`` was given.
        X: the examples that ``forward`` was given, (B, in).
        y: the true class of each example, (B,), integers in [0, out).
        cache: the second of the two things that ``forward`` returned for these params and this X.

    Returns:
        A dict with ``W1``, ``b1``, ``W2`` and ``b2``: each the gradient of the parameter of that name, of its
        shape, float64. No argument is modified, the arrays in the cache included: a second call with the same
        arguments gives the same answer.

    Source: day 3, "The Backward Pass".
    """
    raise NotImplementedError("day3.mlp: backward is not written yet")
