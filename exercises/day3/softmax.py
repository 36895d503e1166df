"""Softmax and cross-entropy: from scores to probabilities to one number.

You write the two functions that every classifier ends with, in the form that survives scores of +-10,000.
Source: day 3, "Softmax is the universal output" and "The Loss".
"""

# /// exercise
# title = "softmax and cross-entropy"
# packages = "numpy"
# ///

import numpy as np


def softmax(z: np.ndarray) -> np.ndarray:
    """Return exp(z[i]) / sum over j of exp(z[j]), along the last axis.

    Each row becomes a probability distribution: numbers between 0 and 1 with sum 1. A number that is added to
    a whole row changes nothing.

    The result is finite and right for scores as large as +-10,000, also if one row lies at -10,000 and another
    at 10,000. exp of 10,000 overflows, so the maximum of each row is subtracted first.

    Args:
        z: scores (logits), (..., C), float64; C is at least 1, and there may be no other axis, or several.

    Returns:
        Probabilities, float64, of the shape of z. z is not modified.

    Example:
        [2, 1, 0.5] -> [0.628..., 0.231..., 0.140...]; [0, 0] -> [0.5, 0.5]

    Source: day 3, "Softmax is the universal output".
    """
    raise NotImplementedError("day3.softmax: softmax is not written yet")


def cross_entropy(logits: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the mean cross-entropy loss of a batch, and the probabilities.

    With p[i] = softmax of logits[i],

        loss = -(1/B) * sum over i of log p[i, y[i]]        (natural logarithm)

    A network that spreads its probability evenly has the loss ln C. There is no ceiling: for logits
    [0, 10000] and y = 0 the loss is 10,000, not infinity (the log of a probability that was rounded to 0), and
    not 27.6 (the -log of 1e-12: add nothing to the probability). So work on the logits, not on log(softmax).

    Args:
        logits: scores, (B, C), float64; B is at least 1, C at least 2.
        y: the index of the true class of each example, (B,), integers in [0, C).

    Returns:
        ``(loss, probs)``: a float (a NumPy float is fine) and an array (B, C) of float64. No argument is
        modified.

    Example:
        logits = [[0, 0], [0, 0]], y = [0, 1] -> (0.6931..., [[0.5, 0.5], [0.5, 0.5]])

    Source: day 3, "The Loss".
    """
    raise NotImplementedError("day3.softmax: cross_entropy is not written yet")
