"""The bias as one more row of weights, for an input that is always 1."""

import numpy as np


def _with_ones(X):
    return np.concatenate([X, np.ones((len(X), 1))], axis=1)


def _augmented(W, b):
    """One square-cornered matrix for the whole layer: [[W, 0], [b, 1]]."""
    top = np.hstack([W, np.zeros((W.shape[0], 1))])
    return np.vstack([top, np.append(b, 1.0)])


def neuron(x, w, b, activation):
    """Return activation of the augmented dot product."""
    return activation(np.dot(np.append(x, 1.0), np.append(w, b)))


def linear(X, W, b):
    """Return Y."""
    return np.matmul(_with_ones(X), np.vstack([W, b]))


def collapse(W1, b1, W2, b2):
    """Return W and b, read off one product of augmented matrices."""
    both = _augmented(W1, b1) @ _augmented(W2, b2)
    return both[:-1, :-1], both[-1, :-1]
