"""The text's eight steps, one formula each; the loss from y_hat, as printed."""

import numpy as np


def trace(x, W1, b1, W2, b2, y, lr):
    """Return the numbers, with the loss by the sigmoid where it is not certain."""
    z1 = np.dot(W1, x) + b1
    a1 = np.where(z1 > 0, z1, 0.0)
    z2 = np.dot(W2, a1) + b2
    with np.errstate(over="ignore"):
        y_hat = 1 / (1 + np.exp(-z2))
        wrong = 1 / (1 + np.exp(-z2 if y == 0 else z2))  # the probability of the other label
    loss = float(-np.log1p(-wrong[0])) if wrong[0] < 0.5 else float(np.log1p(np.exp(-abs(z2[0]))) + abs(z2[0]))
    delta2 = y_hat - y
    dW2 = delta2[:, None] * a1[None, :]
    da1 = (delta2[:, None] * W2).sum(0)
    delta1 = np.where(z1 > 0, da1, 0.0)
    dW1 = delta1[:, None] * x
    return dict(
        z1=z1, a1=a1, z2=z2, y_hat=y_hat, loss=loss,
        delta2=delta2, dW2=dW2, db2=delta2,
        da1=da1, delta1=delta1, dW1=dW1, db1=delta1,
        new_W1=W1 - lr * dW1, new_b1=b1 - lr * delta1, new_W2=W2 - lr * dW2, new_b2=b2 - lr * delta2,
    )  # fmt: skip
