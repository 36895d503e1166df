"""Weights to begin with: how large they must be for a signal to survive thirty layers.

You write the two initialisations that every library has, He's for ReLU and Xavier's for everything symmetric.
Source: day 3, "Initialization".
"""

# /// exercise
# title = "weights to begin with"
# packages = "numpy"
# hints = [
#   """One entry of X W is a sum of fan_in products. If the weights have variance v, the sum has fan_in * v \
#   times the mean square of the inputs: choose v so that this is what you want.""",
#   """The variance is 1/fan_in for Xavier, and 2/fan_in for He, since ReLU halves the mean square. A \
#   standard normal number times s has the variance s squared: so which s?""",
#   """return rng.standard_normal((fan_in, fan_out)) * np.sqrt(2.0 / fan_in), and with 1.0 for xavier.""",
# ]
# ///

import numpy as np


def he(fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    """Return weights for a layer that ReLU follows: normal, mean 0, variance 2 / fan_in.

    The standard deviation is the root of that, sqrt(2 / fan_in). A sum over fan_in inputs then has twice their
    mean square, of which ReLU lets half through: the mean square of the activations stays what it was, layer
    after layer. The number of outputs has no part in it.

    Draw with one call of ``rng.standard_normal((fan_in, fan_out))``, and make no other use of any generator: so
    the same rng gives the same weights, number for number (``sgd`` counts on it).

    Args:
        fan_in: inputs of the layer, at least 1.
        fan_out: outputs of the layer, at least 1.
        rng: where the numbers come from. It advances.

    Returns:
        W, (fan_in, fan_out), float64.

    Source: day 3, "Initialization"; He et al., 2015, section 2.2.
    """
    # solution
    return rng.standard_normal((fan_in, fan_out)) * np.sqrt(2.0 / fan_in)
    # end solution


def xavier(fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    """Return weights for a linear or tanh layer: normal, mean 0, variance 1 / fan_in.

    This is the variance that day 3 gives under this name. (Glorot and Bengio's own compromise between forward
    and backward pass is 2 / (fan_in + fan_out): the same for square layers.)

    Draw with one call of ``rng.standard_normal((fan_in, fan_out))``, and make no other use of any generator.

    Args:
        fan_in: inputs of the layer, at least 1.
        fan_out: outputs of the layer, at least 1.
        rng: where the numbers come from. It advances.

    Returns:
        W, (fan_in, fan_out), float64.

    Source: day 3, "Initialization"; Glorot and Bengio, 2010.
    """
    # solution
    return rng.standard_normal((fan_in, fan_out)) * np.sqrt(1.0 / fan_in)
    # end solution
