"""The sigmoid as a stretched tanh, which never overflows."""

import numpy as np


def answers(x, w, b):
    return 0.5 + 0.5 * np.tanh(0.5 * (np.dot(x, w) + b))


def gradients(x, y, w, b):
    t = np.tanh(0.5 * (np.dot(x, w) + b))
    da = (1 + t - 2 * y) / y.size
    dz = da * (1 - t**2) / 4
    return {"a": da, "z": dz, "w": np.dot(dz, x), "b": dz.sum().item()}
