"""A third layer, and a choice of activation: the same chain rule, once more.

You write a three-layer network, forward and backward, with ReLU or tanh between the layers. Source: day 3,
exercises 2 and 3.
"""

# /// exercise
# title = "a third layer, with ReLU or tanh"
# packages = "numpy"
# ///

import numpy as np

from .softmax import softmax


def forward(
    params: dict[str, np.ndarray], X: np.ndarray, activation: str = "relu"
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the logits of a three-layer network, and what the backward pass needs.

        a1 = f(X W1 + b1)         (B, hidden1)
        a2 = f(a1 W2 + b2)        (B, hidden2)
        logits = a2 W3 + b3       (B, out)

    f is max(0, z) for "relu" and tanh(z) for "tanh". Nothing comes after the third layer: no activation, no
    softmax.

    Args:
        params: ``W1`` (in, hidden1), ``b1`` (hidden1,), ``W2`` (hidden1, hidden2), ``b2`` (hidden2,),
            ``W3`` (hidden2, out) and ``b3`` (out,), float64.
        X: a batch of examples, (B, in), float64.
        activation: "relu" or "tanh", for both hidden layers.

    Returns:
        ``(logits, cache)``: the logits (B, out), and a dict of whatever your own ``backward`` wants to find
        again. Only your ``backward`` reads it. No argument is modified.

    Raises:
        ValueError: activation is neither "relu" nor "tanh".

    Source: day 3, exercises 2 and 3.
    """
    raise NotImplementedError("day3.mlp3: forward is not written yet")


def backward(
    params: dict[str, np.ndarray],
    X: np.ndarray,
    y: np.ndarray,
    cache: dict[str, np.ndarray],
    activation: str = "relu",
) -> dict[str, np.ndarray]:
    """Return the gradients of the mean cross-entropy loss with respect to the six parameters.

    The loss is the mean over the B examples of -log p[y], with p = softmax(logits). ReLU has slope 0 at 0.

    Args:
        params: the parameters that ``forward`` was given.
        X: the examples that ``forward`` was given, (B, in).
        y: the true class of each example, (B,), integers in [0, out).
        cache: the second of the two things that ``forward`` returned for these params, X and activation.
        activation: the activation that ``forward`` was given.

    Returns:
        A dict with ``W1``, ``b1``, ``W2``, ``b2``, ``W3`` and ``b3``: each the gradient of the parameter of that
        name, of its shape, float64. No argument is modified, the arrays in the cache included.

    Source: day 3, exercises 2 and 3.
    """
    raise NotImplementedError("day3.mlp3: backward is not written yet")
