"""The text's listing: a softmax of its own, three lines of projections, a mask that may be missing."""

import numpy as np


def softmax(z, axis=-1):
    """Return the softmax along one axis."""
    shifted = np.exp(z - z.max(axis=axis, keepdims=True))
    return shifted / shifted.sum(axis=axis, keepdims=True)


def self_attention(X, Wq, Wk, Wv, mask=None):
    """Return the average of the values, and the weights."""
    Q = X @ Wq
    K = X @ Wk
    V = X @ Wv
    S = (Q @ K.T) / np.sqrt(K.shape[1])
    if mask is not None:
        S = S + mask
    A = softmax(S)
    return A @ V, A


def causal_mask(T):
    """Return minus infinity above the diagonal."""
    return np.triu(np.full((T, T), -np.inf), k=1)
