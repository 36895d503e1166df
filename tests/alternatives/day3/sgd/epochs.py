"""Two nested loops, epochs and batches, left when the steps are done; np.array_split at the batch borders."""

import math

import numpy as np

from .init import he, xavier
from .mlp import backward, forward
from .softmax import cross_entropy


def step(params, grads, lr):
    """Return a new dict, filled in a loop."""
    new = {}
    for key in params:
        new[key] = params[key] + (-lr) * grads[key]
    return new


def train(X, y, hidden, steps, lr, batch, rng):
    """Return [params, losses]."""
    classes = len(np.unique(y))
    W1 = he(fan_in=X.shape[1], fan_out=hidden, rng=rng)
    W2 = xavier(fan_in=hidden, fan_out=classes, rng=rng) / 100
    params = {"W1": W1, "b1": np.zeros((hidden,)), "W2": W2, "b2": np.zeros((classes,))}
    losses = []
    for _ in range(math.ceil(steps * batch / len(X)) + steps):
        indices = rng.permutation(len(X))
        for rows in np.split(indices, range(batch, len(X), batch)):
            logits, cache = forward(params, X[rows])
            losses.append(cross_entropy(logits, y[rows])[0])
            params = step(params, backward(params, X[rows], y[rows], cache), lr)
            if len(losses) == steps:
                return [params, losses]
    return None
