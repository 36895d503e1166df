"""Each epoch makes shuffled copies of X and y, and slices those; the state lives in a class."""

import numpy as np

from . import init, mlp, softmax


def step(params, grads, lr):
    """Return the step, pair by pair."""
    return dict(zip(params, (params[k] - np.multiply(grads[k], lr) for k in params), strict=True))


class _Epochs:
    def __init__(self, X, y, batch, rng):
        self.X, self.y, self.batch, self.rng = X, y, batch, rng
        self.left = []

    def __iter__(self):
        return self

    def __next__(self):
        if not self.left:
            order = self.rng.permutation(self.X.shape[0])
            X, y = self.X[order], self.y[order]
            cuts = range(0, X.shape[0], self.batch)
            self.left = [(X[c : c + self.batch], y[c : c + self.batch]) for c in cuts]
        return self.left.pop(0)


def train(X, y, hidden, steps, lr, batch, rng):
    """Return (params, losses)."""
    params = {}
    params["W1"] = init.he(X.shape[1], hidden, rng)
    params["W2"] = init.xavier(hidden, max(y) + 1, rng) * 0.01
    params["b2"], params["b1"] = np.zeros(max(y) + 1), np.zeros(hidden)
    epochs, losses = _Epochs(X, y, batch, rng), []
    for _ in range(steps):
        x, t = next(epochs)
        logits, cache = mlp.forward(params, x)
        losses += [softmax.cross_entropy(logits, t)[0]]
        params = step(params, mlp.backward(params, x, t, cache), lr)
    return params, losses
