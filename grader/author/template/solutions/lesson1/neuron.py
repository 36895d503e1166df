"""A neuron, forward and backward.

You write the answers of one sigmoid neuron to a batch of examples, and the gradients of its loss, the mean of the
squared errors. Source: say here where your course explains it.
"""

# /// exercise
# title = "one neuron, forward and backward"
# packages = "numpy"
# forbids = ["numpy.gradient"]
# why_forbidden = "this exercise is about deriving the gradient, not measuring it"
# hints = [
#   """Go backward one arrow at a time, from the loss: how does it change with a, a with z, z with w and b?""",
#   """da = 2 (a - y) / N. The slope of the sigmoid is a (1 - a). Each weight met every example, so what it gets is a \
#   sum over the examples; the bias likewise.""",
#   """dz = da * a * (1 - a); dw = x.T @ dz; db = dz.sum().""",
# ]
# ///

import numpy as np


def answers(x: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    """Return the neuron's answers, a = 1 / (1 + exp(-z)) with z = x @ w + b.

    Args:
        x: the examples, one a row, (N, in), float64.
        w: the weights, (in,), float64.
        b: the bias.

    Returns:
        a, (N,), float64.

    Example:
        x = [[1, 2]], w = [2, -1], b = 0: z = [0], so a = [0.5]
    """
    # solution
    return 1 / (1 + np.exp(-(x @ w + b)))  # (N,)
    # end solution


def gradients(x: np.ndarray, y: np.ndarray, w: np.ndarray, b: float) -> dict[str, np.ndarray | float]:
    """Return the gradients of the loss, the mean of (a - y)² over the N examples.

    Args:
        x: the examples, (N, in), float64.
        y: what the neuron should answer, (N,), float64.
        w: the weights, (in,), float64.
        b: the bias.

    Returns:
        The gradient with respect to each of ``"a"``, ``"z"``, both (N,), ``"w"``, (in,), and ``"b"``, a float, by name.
    """
    # solution
    a = answers(x, w, b)
    da = 2 * (a - y) / len(y)  # (N,)
    dz = da * a * (1 - a)  # (N,)
    return {"a": da, "z": dz, "w": x.T @ dz, "b": float(dz.sum())}
    # end solution
