"""Each step of the forward pass leaves a function that undoes it; the cache is these functions."""

import numpy as np

from .softmax import softmax


def _linear(x, W, b, names, grads):
    def back(d):
        grads[names[0]] = np.einsum("bi,bo->io", x, d)
        grads[names[1]] = np.ones(len(d)) @ d
        return np.einsum("bo,io->bi", d, W)

    return x @ W + b, back


def _activation(z, kind):
    match kind:
        case "relu":
            return z.clip(min=0), lambda d: np.where(z > 0, d, 0)
        case "tanh":
            return np.tanh(z), lambda d: d / np.cosh(z) ** 2
    raise ValueError("unknown activation " + kind)


def forward(params, X, activation="relu"):
    """Return (logits, tape)."""
    grads, tape, x = {}, [], X
    for k in "123":
        x, back = _linear(x, params["W" + k], params["b" + k], ("W" + k, "b" + k), grads)
        tape.append(back)
        if k != "3":
            x, back = _activation(x, activation)
            tape.append(back)
    return x, {"tape": tape, "grads": grads, "p": softmax(x)}


def backward(params, X, y, cache, activation=None):
    """Play the tape backwards."""
    d = cache["p"].copy()
    d[np.arange(len(y)), y] -= 1
    d = d / len(y)
    for back in reversed(cache["tape"]):
        d = back(d)
    return dict(cache["grads"])
