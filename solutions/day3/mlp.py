"""A two-layer network, forward and backward, with every gradient by hand.

You write the forward pass that keeps what the backward pass will need, and the six lines of chain rule that
turn it into four gradients. Source: day 3, "The Forward Pass" and "The Backward Pass".
"""

# /// exercise
# title = "a two-layer network, forward and backward"
# packages = "numpy"
# hints = [
#   """Walk back from the loss: logits, a1, z1. Each step has the gradient of what it produced and wants that \
#   of what it used. The gradient of a thing has the shape of the thing, and for a product of matrices only \
#   one order and one transposition give that shape.""",
#   """dlogits = (p - one_hot(y)) / B. For z = a W + b: dW = a.T dz, db = the sum of dz over the examples, da = \
#   dz W.T. For a = relu(z): dz = da where z > 0, and 0 elsewhere: it is z that decides, not da.""",
#   """dz2 = softmax(logits); dz2[np.arange(B), y] -= 1; dz2 /= B; dW2 = a1.T @ dz2; db2 = dz2.sum(axis=0); \
#   dz1 = (dz2 @ W2.T) * (z1 > 0); dW1 = X.T @ dz1; db1 = dz1.sum(axis=0).""",
# ]
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
    # solution
    z1 = X @ params["W1"] + params["b1"]  # (B, hidden)
    a1 = np.maximum(0.0, z1)  # (B, hidden)
    logits = a1 @ params["W2"] + params["b2"]  # (B, out)
    return logits, {"z1": z1, "a1": a1, "logits": logits}
    # end solution


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
    # solution
    B = X.shape[0]
    dz2 = softmax(cache["logits"])  # (B, out), a new array
    dz2[np.arange(B), y] -= 1.0  # p - one_hot(y)
    dz2 /= B  # the loss is a mean
    da1 = dz2 @ params["W2"].T  # (B, hidden)
    dz1 = da1 * (cache["z1"] > 0)  # (B, hidden): where relu was flat, nothing passes
    return {
        "W1": X.T @ dz1,  # (in, hidden)
        "b1": dz1.sum(axis=0),  # (hidden,): b1 was added to every row, so its gradient is a sum over rows
        "W2": cache["a1"].T @ dz2,  # (hidden, out)
        "b2": dz2.sum(axis=0),  # (out,)
    }
    # end solution
