"""Weights of the right size: so that a signal is neither lost nor blown up on its way through the layers.

Multiply by a random matrix and the numbers grow; do it twenty times and they are astronomic, or nothing. You write
the scale that keeps them as they are, in place of the 0.2 and 0.01 that were found by trying. Source: lecture 4,
section 4.4.
"""

# /// exercise
# title = "Kaiming's initialisation"
# forbids = ["torch.nn.init"]
# why_forbidden = "this exercise is about writing that initialisation yourself"
# hints = [
#   """An output of a linear layer adds up fan_in products. The variances of independent terms add up, so what happens \
#   to the standard deviation when there are fan_in of them? The gain makes up for what the nonlinearity takes away.""",
#   """The standard deviation of the weights is gain / sqrt(fan_in). The gains: 1 for linear and sigmoid, 5/3 for \
#   tanh, sqrt(2) for relu, sqrt(2 / (1 + 0.01**2)) for leaky_relu. torch.randn draws with standard deviation 1.""",
#   """gain: a dict of the five, and ValueError for what is not in it. kaiming_normal: torch.randn((fan_in, fan_out), \
#   generator=generator) * gain(nonlinearity) / fan_in**0.5.""",
# ]
# ///

import math

import torch

# solution
GAINS = {
    "linear": 1.0,
    "sigmoid": 1.0,
    "tanh": 5 / 3,
    "relu": math.sqrt(2.0),
    "leaky_relu": math.sqrt(2.0 / (1 + 0.01**2)),
}
# end solution


def gain(nonlinearity: str) -> float:
    """Return the gain of a nonlinearity: by how much its weights are larger, to make up for what it takes away.

        linear, sigmoid  1
        tanh             5/3
        relu             sqrt(2), since half of a symmetric input becomes 0, and with it half of the mean square
        leaky_relu       sqrt(2 / (1 + 0.01**2)), for its slope of 0.01 on the left, which lets a little through

    These are the values of ``torch.nn.init.calculate_gain``. That of tanh is a piece of experience, and no mean square
    stays as it was with it; see ``kaiming_normal``.

    Args:
        nonlinearity: one of the five names above, spelt so.

    Returns:
        The gain, a Python float.

    Raises:
        ValueError: there is no such name.

    Example:
        gain("tanh") -> 1.6666666666666667

    Source: lecture 4, section 4.4.3; He et al., 2015, arXiv:1502.01852, section 2.2.
    """
    # solution
    if nonlinearity not in GAINS:
        raise ValueError(f"no gain is known for {nonlinearity!r}, only for {', '.join(GAINS)}")
    return GAINS[nonlinearity]
    # end solution


def kaiming_normal(fan_in: int, fan_out: int, nonlinearity: str, generator: torch.Generator) -> torch.Tensor:
    """Return the first weights of a layer x @ W that a nonlinearity follows: normal, of the right standard deviation.

        std = gain(nonlinearity) / sqrt(fan_in)

    Through layer after layer of such weights, the mean square of the activations stays what it was with linear and
    relu. With tanh, which squashes, their root mean square settles near 0.65 instead of shrinking to nothing.

    Draw with one call of ``torch.randn((fan_in, fan_out), generator=generator)``, or what draws the same numbers, and
    make no other use of any generator: so the same generator gives the same weights, number for number.

    Args:
        fan_in: inputs of the layer, at least 1.
        fan_out: outputs of the layer, at least 1. The scale does not depend on it.
        nonlinearity: what follows the layer, one of the names that ``gain`` knows.
        generator: where the numbers come from. It advances.

    Returns:
        W, (fan_in, fan_out), float32. Inputs come first, as in the lecture; ``nn.Linear`` has them the other way round.

    Example:
        kaiming_normal(30, 200, "tanh", g).std() -> about 5/3 / sqrt(30) = 0.304

    Source: lecture 4, sections 4.4.2 to 4.4.4; He et al., 2015, arXiv:1502.01852.
    """
    # solution
    return torch.randn((fan_in, fan_out), generator=generator) * gain(nonlinearity) / math.sqrt(fan_in)
    # end solution
