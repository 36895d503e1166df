"""The sigmoid as half a tanh, masks as multiplications, derivatives written out."""

from math import erf, pi

import numpy as np


def relu(x):
    """Return x where it is positive."""
    return x * (x > 0)


def d_relu(x):
    """Return the mask."""
    return np.heaviside(x, 0.0)


def leaky_relu(x, alpha=0.01):
    """Return the larger of the two lines: right for alpha below 1."""
    return np.maximum(alpha * x, x)


def d_leaky_relu(x, alpha=0.01):
    """Return the slopes, filled in."""
    slopes = np.full_like(x, alpha)
    slopes[x > 0] = 1
    return slopes


def sigmoid(x):
    """Return half a tanh, moved up."""
    return np.tanh(0.5 * x) * 0.5 + 0.5


def d_sigmoid(x):
    """Return a quarter of sech squared."""
    return 0.25 * (1 - np.tanh(0.5 * x) ** 2)


def tanh(x):
    """Return tanh from exp(-2|x|), which cannot overflow."""
    e = np.exp(-2 * np.abs(x))
    return np.sign(x) * (1 - e) / (1 + e)


def d_tanh(x):
    """Return 4 e / (1 + e)**2."""
    e = np.exp(-2 * np.abs(x))
    return 4 * e / (1 + e) ** 2


def silu(x):
    """Return x times the sigmoid."""
    return np.multiply(x, sigmoid(x))


def d_silu(x):
    """Return s (1 + x (1 - s)): the form in torch's source."""
    s = sigmoid(x)
    return s * (1 + x * (1 - s))


def _erf(x):
    return np.array([erf(number) for number in x.ravel()]).reshape(x.shape)


def gelu(x):
    """Return the formula in one line."""
    return 0.5 * x * (1 + _erf(x / 2**0.5))


def d_gelu(x):
    """Return the two terms."""
    return 0.5 * (1 + _erf(x / 2**0.5)) + x * np.exp(-0.5 * x * x) / (2 * pi) ** 0.5
