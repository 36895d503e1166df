"""Each function for one number, in plain Python, then mapped."""

import math

import numpy as np


def _mapped(function):
    def of_array(x, *args, **kwargs):
        out = np.empty(x.shape)
        for index in np.ndindex(*x.shape):
            out[index] = function(float(x[index]), *args, **kwargs)
        return out

    return of_array


def _sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))


def _cdf(x):
    return math.erfc(-x / math.sqrt(2)) / 2


relu = _mapped(lambda x: max(0, x))
d_relu = _mapped(lambda x: 1 if x > 0 else 0)
leaky_relu = _mapped(lambda x, alpha=0.01: x if x > 0 else alpha * x)
d_leaky_relu = _mapped(lambda x, alpha=0.01: 1 if x > 0 else alpha)
sigmoid = _mapped(_sigmoid)
d_sigmoid = _mapped(lambda x: _sigmoid(x) * _sigmoid(-x))
tanh = _mapped(math.tanh)
d_tanh = _mapped(lambda x: 1 - math.tanh(x) ** 2)
silu = _mapped(lambda x: x * _sigmoid(x))
d_silu = _mapped(lambda x: _sigmoid(x) * (1 + x * _sigmoid(-x)))
gelu = _mapped(lambda x: x * _cdf(x))
d_gelu = _mapped(lambda x: _cdf(x) + x * math.exp(-x * x / 2) / math.sqrt(2 * math.pi))
