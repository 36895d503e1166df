"""A neuron, a layer of neurons, and why two layers with nothing between them are one.

You write one neuron as a line of arithmetic, many neurons as one matrix product, and the two matrices that a
stack of two linear layers amounts to. Source: day 3, "One neuron" and "Activations".
"""

# /// exercise
# title = "a neuron, and a layer of them"
# packages = "numpy"
# hints = [
#   """A neuron does three things in this order: weigh its inputs and add them up, add the bias, pass the \
#   sum through the activation. A layer is many neurons that see the same inputs, one a column of W.""",
#   """collapse: put the first formula into the second, (X W1 + b1) W2 + b2, and multiply out. One part is \
#   X times a matrix; all that does not hold X is the new bias.""",
#   """neuron: activation(w @ x + b). linear: X @ W + b. collapse: W1 @ W2 and b1 @ W2 + b2.""",
# ]
# ///

from collections.abc import Callable

import numpy as np


def neuron(x: np.ndarray, w: np.ndarray, b: float, activation: Callable) -> float:
    """Return what one neuron answers: activation(w · x + b).

    The dot product w · x = sum over i of w[i] * x[i] says how far x points along w; the bias shifts where the
    neuron begins to respond; the activation comes last and makes it something other than a linear function.

    Args:
        x: one example, (d_in,), float64.
        w: the weights, (d_in,), float64.
        b: the bias, a float.
        activation: a function of one number, such as ``np.tanh``. Call it once, with the sum.

    Returns:
        The answer, one float (a NumPy float is fine). No argument is modified.

    Example:
        x = [1, 2, 3], w = [0.5, -1, 1], b = 0.5, activation = np.square -> 2.0 squared = 4.0

    Source: day 3, "One neuron".
    """
    # solution
    return activation(w @ x + b)  # (d_in,) @ (d_in,) is one number
    # end solution


def linear(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return X W + b: d_out neurons without activation, for B examples at once.

    Column j of W holds the weights of neuron j and b[j] its bias. The bias is added to every row.

    Args:
        X: a batch of examples, one a row, (B, d_in), float64.
        W: the weights, (d_in, d_out), float64.
        b: the biases, (d_out,), float64.

    Returns:
        Y, (B, d_out), float64. No argument is modified.

    Example:
        X = [[1, 2]], W = [[1, 0, 2], [0, 1, 2]], b = [10, 20, 30] -> [[11, 22, 36]]

    Source: day 3, "From neuron to linear layer".
    """
    # solution
    return X @ W + b  # (B, d_in) @ (d_in, d_out) + (d_out,) -> (B, d_out)
    # end solution


def collapse(W1: np.ndarray, b1: np.ndarray, W2: np.ndarray, b2: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the one linear layer that equals two stacked ones with no activation between them.

    For every X, ``linear(linear(X, W1, b1), W2, b2)`` is ``linear(X, W, b)`` with the W and b that you
    return. However many linear layers are stacked, they can do no more than one: it takes a non-linearity
    between them to gain anything.

    Args:
        W1: weights of the first layer, (d_in, d_hidden), float64.
        b1: its biases, (d_hidden,). They are not zero in general.
        W2: weights of the second layer, (d_hidden, d_out).
        b2: its biases, (d_out,).

    Returns:
        ``(W, b)``, of shapes (d_in, d_out) and (d_out,), float64. No argument is modified.

    Example:
        W1 = [[2]], b1 = [1], W2 = [[3]], b2 = [5] -> W = [[6]], b = [8], since 3 (2x + 1) + 5 = 6x + 8

    Source: day 3, "Why we need non-linearity".
    """
    # solution
    return W1 @ W2, b1 @ W2 + b2  # (X W1 + b1) W2 + b2 = X (W1 W2) + (b1 W2 + b2)
    # end solution
