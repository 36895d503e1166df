"""All nudges as the rows of h times the identity; NumPy's floats are returned as they are."""

import numpy as np


def derivative(f, x, h=1e-6):
    return np.float64(f(x + h) - f(x - h)) / (2 * h)


def gradient(f, xs, h=1e-6):
    nudges = h * np.eye(len(xs))
    centre = np.asarray(xs, dtype=np.float64)
    return [np.float64(f(list(centre + row)) - f(list(centre - row))) / (h + h) for row in nudges]
