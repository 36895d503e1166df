"""Loops over numbers: no matrix product at all."""

import numpy as np


def neuron(x, w, b, activation):
    """Return a Python float."""
    total = 0.0
    for i in range(len(x)):
        total += float(w[i]) * float(x[i])
    return float(activation(total + b))


def linear(X, W, b):
    """Return Y, entry by entry."""
    Y = np.empty((X.shape[0], W.shape[1]))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = neuron(X[i], W[:, j], b[j], lambda z: z)
    return Y


def collapse(W1, b1, W2, b2):
    """Return [W, b], by asking the two layers what they do to the unit vectors."""
    eye = np.eye(W1.shape[0])
    b = linear(b1[None, :], W2, b2)[0]
    return [linear(linear(eye, W1, b1), W2, b2) - b, b]
