"""No cache at all: the backward pass runs the forward pass again, one example at a time."""

import numpy as np

from .softmax import softmax


def forward(params, X):
    """Return (logits, None)."""
    logits = [np.maximum(x @ params["W1"] + params["b1"], 0) @ params["W2"] + params["b2"] for x in X]
    return np.stack(logits), None


def backward(params, X, y, cache=None):
    """Return the mean over the examples of their gradients."""
    grads = {name: np.zeros_like(p) for name, p in params.items()}
    for x, target in zip(X, y, strict=True):
        a = np.maximum(x @ params["W1"] + params["b1"], 0)
        dlogits = softmax(a @ params["W2"] + params["b2"])
        dlogits[target] -= 1
        dz = np.where(a > 0, params["W2"] @ dlogits, 0)
        grads["W1"] += np.outer(x, dz)
        grads["b1"] += dz
        grads["W2"] += np.outer(a, dlogits)
        grads["b2"] += dlogits
    return {name: g / len(X) for name, g in grads.items()}
