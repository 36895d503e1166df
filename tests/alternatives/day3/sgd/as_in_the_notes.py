"""As the notes have it: the network written out in the loop, the probability nudged by 1e-12, updates by -=."""

import numpy as np


def step(params, grads, lr):
    """Return new arrays."""
    return {name: params[name] - grads[name] * lr for name in params}


def train(X, y, hidden, steps, lr, batch, rng):
    """Return (params, losses)."""
    in_dim, out_dim = X.shape[1], int(y.max()) + 1
    W1, b1 = rng.standard_normal((in_dim, hidden)) * np.sqrt(2.0 / in_dim), np.zeros(hidden)
    W2, b2 = rng.standard_normal((hidden, out_dim)) * np.sqrt(1.0 / hidden) * 0.01, np.zeros(out_dim)
    losses, rows = [], []
    for _ in range(steps):
        if len(rows) == 0:
            rows = rng.permutation(len(X))
        idx, rows = rows[:batch], rows[batch:]
        xb, yb, B = X[idx], y[idx], np.arange(len(idx))
        z1 = xb @ W1 + b1
        a1 = np.maximum(0, z1)
        z2 = a1 @ W2 + b2
        p = np.exp(z2 - z2.max(axis=-1, keepdims=True))
        p /= p.sum(axis=-1, keepdims=True)
        losses.append(-np.log(p[B, yb] + 1e-12).mean())
        p[B, yb] -= 1.0
        dz2 = p / len(idx)
        dz1 = (dz2 @ W2.T) * (z1 > 0)
        W1 -= lr * (xb.T @ dz1)
        b1 -= lr * dz1.sum(axis=0)
        W2 -= lr * (a1.T @ dz2)
        b2 -= lr * dz2.sum(axis=0)
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}, losses
