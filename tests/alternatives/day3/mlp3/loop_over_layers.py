"""A loop over any number of layers; the cache is a list of what each layer saw."""

import numpy as np

F = {"relu": lambda z: np.where(z > 0, z, 0), "tanh": np.tanh}
SLOPE = {"relu": lambda a: a > 0, "tanh": lambda a: 1 - a * a}


def forward(params, X, activation="relu"):
    """Return (logits, list of the layers' inputs and the logits)."""
    try:
        f = F[activation]
    except KeyError:
        raise ValueError(activation) from None
    depth = len(params) // 2
    seen = [X]
    for layer in range(1, depth + 1):
        z = seen[-1] @ params[f"W{layer}"] + params[f"b{layer}"]
        seen.append(f(z) if layer < depth else z)
    return seen[-1], seen


def backward(params, X, y, cache, activation="relu"):
    """Return the gradients, last layer first."""
    *inputs, logits = cache
    e = np.exp(logits - logits.max(1, keepdims=True))
    dz = (e / e.sum(1, keepdims=True) - np.eye(logits.shape[1])[y]) / len(X)
    grads = {}
    for layer in range(len(inputs), 0, -1):
        a = inputs[layer - 1]
        grads[f"W{layer}"], grads[f"b{layer}"] = a.T @ dz, dz.sum(0)
        if layer > 1:
            dz = dz @ params[f"W{layer}"].T * SLOPE[activation](a)
    return grads
