"""torch.normal, and a table with a KeyError made a ValueError."""

import math

import torch


class Gains(dict):
    """A dict that refuses with the right error."""

    def __missing__(self, key):
        raise ValueError(f"gain of {key}?")


TABLE = Gains(linear=1.0, sigmoid=1.0, tanh=5.0 / 3.0, relu=math.sqrt(2), leaky_relu=math.sqrt(2 / 1.0001))


def gain(nonlinearity):
    return TABLE[nonlinearity]


def kaiming_normal(fan_in, fan_out, nonlinearity, generator):
    variance = gain(nonlinearity) ** 2 / fan_in
    return torch.normal(0.0, math.sqrt(variance), size=(fan_in, fan_out), generator=generator)
