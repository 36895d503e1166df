"""A network of two layers on paper: every number of a forward pass, a backward pass and a step.

You write down what the text works out by hand: two pre-activations, two activations, a probability, a loss, six
gradients and four new parameters. Source: deep dives, the worked example (steps 1 to 8).
"""

# /// exercise
# title = "every number of one training step"
# packages = "numpy"
# ///

import numpy as np


def trace(
    x: np.ndarray, W1: np.ndarray, b1: np.ndarray, W2: np.ndarray, b2: np.ndarray, y: int, lr: float
) -> dict[str, np.ndarray | float]:
    """Return every number of one step of training a two-layer network on one example.

    The numbers stand under these names, in the order of the text:

        z1     = W1 x + b1                              (hidden,)      pre-activations of the hidden layer
        a1     = max(0, z1)                             (hidden,)      ReLU
        z2     = W2 a1 + b2                             (1,)
        y_hat  = 1 / (1 + exp(-z2))                     (1,)           the probability of the label 1
        loss   = -(y log y_hat + (1 - y) log(1 - y_hat))  a float      binary cross-entropy, natural logarithm
        delta2 = dloss/dz2                              (1,)           the error signal of the output
        dW2, db2                                        (1, hidden), (1,)
        da1    = dloss/da1                              (hidden,)      before ReLU's slope: the text's "pre-ReLU"
        delta1 = dloss/dz1                              (hidden,)      behind it: the slope is 1 where z1 > 0, else 0
        dW1, db1                                        (hidden, in), (hidden,)
        new_W1, new_b1, new_W2, new_b2                  as W1, b1, W2, b2: p - lr * dp, all from the old parameters

    A row of W1 holds the weights of one hidden unit: here the matrix stands on the left, W x, as on paper.

    Args:
        x: one example, (in,), float64.
        W1: (hidden, in).
        b1: (hidden,).
        W2: (1, hidden).
        b2: (1,).
        y: the label, 0 or 1.
        lr: the learning rate.

    Returns:
        A dict with these sixteen entries: arrays of float64, and the loss a float (a NumPy float will do). Nothing is
        rounded, and no argument is modified.

    Example:
        The text's network: x = [1, 0.5], W1 = [[0.15, 0.20], [0.25, 0.30]], b1 = [0.35, 0.35], W2 = [[0.40, 0.45]],
        b2 = [0.60], y = 1, lr = 0.5 gives z1 = [0.60, 0.75], z2 = [1.1775] and y_hat = [0.7645]. (The text prints
        0.7644, and some of its later digits are off by one.)

    Source: deep dives, the worked example.
    """
    raise NotImplementedError("deepdive.worked_network: trace is not written yet")
