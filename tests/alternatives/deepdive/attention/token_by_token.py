"""One query after the other, over the keys that it sees."""

import math

import numpy as np


def causal_mask(T):
    """Return a list of lists, made an array."""
    return np.array([[0.0 if j <= i else -math.inf for j in range(T)] for i in range(T)])


def self_attention(X, Wq, Wk, Wv, mask=None):
    """Return what each token gathers."""
    T, d_k, d_v = len(X), Wq.shape[1], Wv.shape[1]
    mask = np.zeros((T, T)) if mask is None else mask
    output, weights = np.zeros((T, d_v)), np.zeros((T, T))
    for i in range(T):
        seen = [j for j in range(T) if mask[i, j] > -math.inf]
        q = X[i] @ Wq
        scores = [float(q @ (X[j] @ Wk)) / math.sqrt(d_k) + float(mask[i, j]) for j in seen]
        top = max(scores)
        powers = [math.exp(score - top) for score in scores]
        for j, power in zip(seen, powers, strict=True):
            weights[i, j] = power / sum(powers)
            output[i] += weights[i, j] * (X[j] @ Wv)
    return output, weights
