"""Copies that are changed in place; the overflow of exp is waited for and mended."""

import math

import numpy as np

_erf = np.frompyfunc(math.erf, 1, 1)


def relu(x):
    """Return a copy with its negative numbers wiped."""
    out = x.copy()
    out[out < 0] = 0
    return out


def d_relu(x):
    """Return 1.0 or 0.0."""
    return np.where(x > 0, 1.0, 0.0)


def leaky_relu(x, alpha=0.01):
    """Return a copy with its negative numbers shrunk."""
    out = np.array(x)
    out[out < 0] *= alpha
    return out


def d_leaky_relu(x, alpha=0.01):
    """Return alpha, and 1 - alpha more for positive x."""
    return alpha + (1 - alpha) * (x > 0)


def sigmoid(x):
    """Return 1 / (1 + exp(-x)): where exp overflows to inf, 1 / inf is the 0 that is right."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


def d_sigmoid(x):
    """Return s - s**2."""
    s = sigmoid(x)
    s -= s**2
    return s


def tanh(x):
    """Return 2 sigmoid(2x) - 1."""
    return 2 * sigmoid(2 * x) - 1


def d_tanh(x):
    """Return (1 + t)(1 - t)."""
    t = tanh(x)
    return (1 + t) * (1 - t)


def silu(x):
    """Return x / (1 + exp(-x))."""
    out = sigmoid(x)
    out *= x
    return out


def d_silu(x):
    """Return silu + s (1 - silu)."""
    return silu(x) + sigmoid(x) * (1 - silu(x))


def _cdf(x):
    return 0.5 + 0.5 * _erf(x * math.sqrt(0.5)).astype(np.float64)


def gelu(x):
    """Return x times the CDF."""
    return _cdf(x) * x


def d_gelu(x):
    """Return CDF plus x times density."""
    return _cdf(x) + x * np.exp(-np.square(x) / 2) * 0.3989422804014327
