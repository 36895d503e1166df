"""Everything written out here, updates in place on arrays of its own; a generator for the batches."""

import numpy as np


def step(params, grads, lr):
    """Return copies, moved in place."""
    moved = {name: array.copy() for name, array in params.items()}
    for name, gradient in grads.items():
        moved[name] -= lr * gradient
    return moved


def _rows(N, batch, rng):
    while True:
        shuffled = list(rng.permutation(N))
        while shuffled:
            yield shuffled[:batch]
            del shuffled[:batch]


def train(X, y, hidden, steps, lr, batch, rng):
    """Return (params, losses)."""
    d, C = X.shape[1], y.max() + 1
    W1 = rng.normal(0, np.sqrt(2 / d), (d, hidden))
    W2 = rng.normal(0, 0.01 / np.sqrt(hidden), (hidden, C))
    b1, b2 = np.zeros(hidden), np.zeros(C)
    supply, losses = _rows(len(X), batch, rng), []
    while len(losses) < steps:
        rows = next(supply)
        x, t = X[rows], np.eye(C)[y[rows]]
        a = np.maximum(x @ W1 + b1, 0)
        z = a @ W2 + b2
        log_p = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
        losses.append(float(-(log_p * t).sum() / len(x)))
        dz = (np.exp(log_p) - t) / len(x)
        dh = dz @ W2.T * (a > 0)
        W2 -= lr * (a.T @ dz)
        b2 -= lr * dz.sum(0)
        W1 -= lr * (x.T @ dh)
        b1 -= lr * dh.sum(0)
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}, losses
