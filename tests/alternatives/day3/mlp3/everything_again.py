"""backward runs the forward pass itself; two separate branches for the two activations."""

import numpy as np


def _run(p, X, activation):
    z1 = np.dot(X, p["W1"]) + p["b1"]
    if activation == "relu":
        a1 = (np.abs(z1) + z1) / 2
    elif activation == "tanh":
        a1 = np.tanh(z1)
    else:
        raise ValueError("activation must be relu or tanh")
    z2 = np.dot(a1, p["W2"]) + p["b2"]
    a2 = (np.abs(z2) + z2) / 2 if activation == "relu" else np.tanh(z2)
    return z1, a1, z2, a2, np.dot(a2, p["W3"]) + p["b3"]


def forward(params, X, activation="relu"):
    """Return [logits, nothing]."""
    return [_run(params, X, activation)[-1], {}]


def backward(params, X, y, cache, activation="relu"):
    """Return the gradients."""
    z1, a1, z2, a2, logits = _run(params, X, activation)
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    dz3 = np.exp(log_p)
    for i, target in enumerate(y):
        dz3[i, target] -= 1
    dz3 *= 1 / len(y)
    da2 = np.dot(dz3, params["W3"].T)
    dz2 = da2 * np.heaviside(z2, 0) if activation == "relu" else da2 * (1 - a2) * (1 + a2)
    da1 = np.dot(dz2, params["W2"].T)
    dz1 = da1 * np.heaviside(z1, 0) if activation == "relu" else da1 * (1 - a1) * (1 + a1)
    return {
        "W3": np.dot(a2.T, dz3),
        "b3": np.sum(dz3, 0),
        "W2": np.dot(a1.T, dz2),
        "b2": np.sum(dz2, 0),
        "W1": np.dot(X.T, dz1),
        "b1": np.sum(dz1, 0),
    }
