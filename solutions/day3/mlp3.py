"""A third layer, and a choice of activation: the same chain rule, once more.

You write a three-layer network, forward and backward, with ReLU or tanh between the layers. Source: day 3,
exercises 2 and 3.
"""

# /// exercise
# title = "a third layer, with ReLU or tanh"
# packages = "numpy"
# hints = [
#   """The backward pass of a layer is always the same three lines. Write them for layer 3, and go on: what \
#   arrives at a2 is the dout of the next activation, then of layer 2, then of the first activation.""",
#   """Each activation is undone with its own layer's numbers: dz2 = da2 * f'(z2), dz1 = da1 * f'(z1). For \
#   ReLU f'(z) is 1 where z > 0; for tanh it is 1 - tanh(z)**2, which is 1 - a**2 with the a you have kept.""",
#   """dz3 = (p - one_hot(y)) / B; dW3 = a2.T @ dz3; dz2 = (dz3 @ W3.T) * slope(z2); dW2 = a1.T @ dz2; \
#   dz1 = (dz2 @ W2.T) * slope(z1); dW1 = X.T @ dz1; each db is the sum of its dz over axis 0.""",
# ]
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
    # solution
    if activation not in {"relu", "tanh"}:
        raise ValueError(f"activation is 'relu' or 'tanh', not {activation!r}")
    z1 = X @ params["W1"] + params["b1"]  # (B, hidden1)
    a1 = np.maximum(0.0, z1) if activation == "relu" else np.tanh(z1)
    z2 = a1 @ params["W2"] + params["b2"]  # (B, hidden2)
    a2 = np.maximum(0.0, z2) if activation == "relu" else np.tanh(z2)
    logits = a2 @ params["W3"] + params["b3"]  # (B, out)
    return logits, {"a1": a1, "a2": a2, "logits": logits}
    # end solution


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
    # solution
    B = X.shape[0]
    a1, a2 = cache["a1"], cache["a2"]
    dz3 = softmax(cache["logits"])  # (B, out), a new array
    dz3[np.arange(B), y] -= 1.0
    dz3 /= B
    dz2 = (dz3 @ params["W3"].T) * slope(a2, activation)  # (B, hidden2)
    dz1 = (dz2 @ params["W2"].T) * slope(a1, activation)  # (B, hidden1)
    return {
        "W1": X.T @ dz1,  # (in, hidden1)
        "b1": dz1.sum(axis=0),
        "W2": a1.T @ dz2,  # (hidden1, hidden2)
        "b2": dz2.sum(axis=0),
        "W3": a2.T @ dz3,  # (hidden2, out)
        "b3": dz3.sum(axis=0),
    }
    # end solution


# solution
def slope(a: np.ndarray, activation: str) -> np.ndarray:
    """Return the derivative of the activation, from what it answered: a > 0 exactly where z > 0."""
    return (a > 0).astype(a.dtype) if activation == "relu" else 1.0 - a**2


# end solution
