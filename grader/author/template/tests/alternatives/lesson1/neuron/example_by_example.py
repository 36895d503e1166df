"""One example after the other, in loops."""

import math

import numpy as np


def answers(x, w, b):
    return np.array([1 / (1 + math.exp(-(sum(xi * wi for xi, wi in zip(row, w)) + b))) for row in x])


def gradients(x, y, w, b):
    da, dz, dw, db = np.zeros_like(y), np.zeros_like(y), np.zeros_like(w), 0.0
    for n, a in enumerate(answers(x, w, b)):
        da[n] = 2 * (a - y[n]) / len(y)
        dz[n] = da[n] * a * (1 - a)
        dw += dz[n] * x[n]
        db += float(dz[n])
    return {"a": da, "z": dz, "w": dw, "b": db}
