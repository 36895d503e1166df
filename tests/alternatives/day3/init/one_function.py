"""One function with a gain; rows drawn one after the other."""

import math

import numpy as np


def _scaled(fan_in, fan_out, rng, gain):
    rows = [rng.standard_normal(fan_out) for _ in range(fan_in)]
    return np.stack(rows) * (gain / math.sqrt(fan_in))


def he(fan_in, fan_out, rng):
    """Return the rows with ReLU's gain."""
    return _scaled(fan_in, fan_out, rng, math.sqrt(2))


def xavier(fan_in, fan_out, rng):
    """Return the rows with gain 1."""
    return _scaled(fan_in, fan_out, rng, 1.0)
