"""A tuple for a cache, with what the backward pass needs computed in advance; one-hot targets; einsum."""

import numpy as np


def forward(params, X):
    """Return (logits, (mask, a1, p))."""
    z = np.einsum("bi,ih->bh", X, params["W1"]) + params["b1"]
    mask = (z > 0).astype(float)
    a = z * mask
    logits = np.einsum("bh,ho->bo", a, params["W2"]) + params["b2"]
    return logits, (mask, a, np.exp(logits - np.logaddexp.reduce(logits, axis=1)[:, None]))


def backward(params, X, y, cache):
    """Return the gradients."""
    mask, a, p = cache
    d = (p - np.eye(p.shape[1])[y]) / len(y)
    e = np.einsum("bo,ho,bh->bh", d, params["W2"], mask)
    dW1, db1 = np.einsum("bi,bh->ih", X, e), np.einsum("bh->h", e)
    dW2, db2 = np.einsum("bh,bo->ho", a, d), np.einsum("bo->o", d)
    return {"b2": db2, "W2": dW2, "b1": db1, "W1": dW1}
