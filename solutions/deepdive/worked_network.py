"""A network of two layers on paper: every number of a forward pass, a backward pass and a step.

You write down what the text works out by hand: two pre-activations, two activations, a probability, a loss, six
gradients and four new parameters. Source: deep dives, the worked example (steps 1 to 8).
"""

# /// exercise
# title = "every number of one training step"
# packages = "numpy"
# hints = [
#   """Four blocks, in the text's order: forward, the gradients of the output layer, those of the hidden layer, the \
#   update. No gradient needs a number that has not been written down before it, and each has the shape of what it is \
#   the gradient of.""",
#   """delta2 = y_hat - y is the gradient at z2, sigmoid and cross-entropy in one. For z = W a + b: dW[i, j] = \
#   delta[i] * a[j], db = delta, da = W.T @ delta. ReLU lets pass where z1 > 0. The update comes last, from the old \
#   parameters: p - lr * dp.""",
#   """dW2 = np.outer(delta2, a1); db2 = delta2; da1 = W2.T @ delta2; delta1 = da1 * (z1 > 0); dW1 = np.outer(delta1, \
#   x); db1 = delta1; new_W1 = W1 - lr * dW1, and so on.""",
# ]
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
    # solution
    z1 = W1 @ x + b1  # (hidden,)
    a1 = np.maximum(0.0, z1)  # (hidden,)
    z2 = W2 @ a1 + b2  # (1,)
    y_hat = 1.0 / (1.0 + np.exp(-z2))  # (1,)
    # log(y_hat) and log(1 - y_hat), without the probability in between, which may have been rounded to 0 or 1.
    loss = float(np.logaddexp(0.0, -z2.item() if y == 1 else z2.item()))

    delta2 = y_hat - y  # (1,): the slope of the sigmoid has cancelled
    dW2 = np.outer(delta2, a1)  # (1, hidden)
    db2 = delta2  # (1,)

    da1 = W2.T @ delta2  # (hidden,)
    delta1 = da1 * (z1 > 0)  # (hidden,)
    dW1 = np.outer(delta1, x)  # (hidden, in)
    db1 = delta1  # (hidden,)

    return {
        "z1": z1,
        "a1": a1,
        "z2": z2,
        "y_hat": y_hat,
        "loss": loss,
        "delta2": delta2,
        "dW2": dW2,
        "db2": db2,
        "da1": da1,
        "delta1": delta1,
        "dW1": dW1,
        "db1": db1,
        "new_W1": W1 - lr * dW1,
        "new_b1": b1 - lr * db1,
        "new_W2": W2 - lr * dW2,
        "new_b2": b2 - lr * db2,
    }
    # end solution
