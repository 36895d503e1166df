"""Unit by unit in plain Python, as on paper, and arrays only at the end."""

import math

import numpy as np


def trace(x, W1, b1, W2, b2, y, lr):
    """Return the numbers."""
    units, inputs = range(len(W1)), range(len(x))
    z1 = [sum(float(W1[i, j] * x[j]) for j in inputs) + float(b1[i]) for i in units]
    a1 = [max(0.0, z) for z in z1]
    z2 = sum(float(W2[0, i]) * a1[i] for i in units) + float(b2[0])
    y_hat = 1 / (1 + math.exp(-z2)) if z2 > 0 else math.exp(z2) / (1 + math.exp(z2))
    against = -z2 if y else z2
    loss = max(against, 0.0) + math.log1p(math.exp(-abs(against)))
    delta2 = y_hat - y
    da1 = [float(W2[0, i]) * delta2 for i in units]
    delta1 = [da1[i] if z1[i] > 0 else 0.0 for i in units]
    dW1 = [[delta1[i] * float(x[j]) for j in inputs] for i in units]
    dW2 = [[delta2 * a for a in a1]]
    numbers = {"z1": z1, "a1": a1, "z2": [z2], "y_hat": [y_hat]}
    numbers |= {
        "delta2": [delta2],
        "dW2": dW2,
        "db2": [delta2],
        "da1": da1,
        "delta1": delta1,
        "dW1": dW1,
        "db1": delta1,
    }
    arrays = {name: np.array(value) for name, value in numbers.items()}
    for name, p in (("W1", W1), ("b1", b1), ("W2", W2), ("b2", b2)):
        arrays["new_" + name] = np.subtract(p, np.multiply(lr, arrays["d" + name]))
    arrays["loss"] = loss
    return arrays
