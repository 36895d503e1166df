"""The hidden activations alone in the cache; the gradient masked in place, where the unit was not above 0."""

import numpy as np


def forward(params, X):
    """Return (logits, (hidden,))."""
    hidden = np.maximum(0, X.dot(params["W1"]) + params["b1"])
    return hidden.dot(params["W2"]) + params["b2"], (hidden,)


def backward(params, X, y, cache):
    """Return the gradients."""
    (hidden,) = cache
    N = X.shape[0]
    scores = hidden.dot(params["W2"]) + params["b2"]
    scores -= np.max(scores, axis=1, keepdims=True)
    dscores = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    dscores[range(N), y] -= 1
    dscores /= N
    dhidden = np.dot(dscores, params["W2"].T)
    dhidden[hidden <= 0] = 0
    return {
        "W1": np.dot(X.T, dhidden),
        "b1": np.sum(dhidden, axis=0),
        "W2": np.dot(hidden.T, dscores),
        "b2": np.sum(dscores, axis=0),
    }
