"""Everything as matrices of one column, flattened on the way out; a NumPy float for the loss."""

import numpy as np


def trace(x, W1, b1, W2, b2, y, lr):
    """Return the numbers."""
    x = x.reshape(-1, 1)
    z1 = W1 @ x + b1.reshape(-1, 1)  # (hidden, 1)
    a1 = z1 * (z1 > 0)
    z2 = W2 @ a1 + b2.reshape(-1, 1)  # (1, 1)
    y_hat = 0.5 + 0.5 * np.tanh(z2 / 2)
    loss = np.logaddexp(0, z2)[0, 0] - y * z2[0, 0]
    d2 = y_hat - y
    da1 = W2.T @ d2
    d1 = da1.copy()
    d1[z1 <= 0] = 0
    out = {"z1": z1, "a1": a1, "z2": z2, "y_hat": y_hat, "delta2": d2, "da1": da1, "delta1": d1, "db1": d1, "db2": d2}
    out = {name: column.ravel() for name, column in out.items()}
    out.update(dW1=d1 @ x.T, dW2=d2 @ a1.T, loss=np.float64(loss))
    for name, p in dict(W1=W1, b1=b1, W2=W2, b2=b2).items():
        out[f"new_{name}"] = p + -lr * out[f"d{name}"]
    return out
