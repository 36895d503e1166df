"""An empty matrix that is filled, then scaled in place."""

import numpy


def xavier(fan_in, fan_out, rng):
    """Return the filled matrix over the root of fan_in."""
    W = numpy.empty((fan_in, fan_out))
    rng.standard_normal(out=W)
    W /= numpy.sqrt(fan_in)
    return W


def he(fan_in, fan_out, rng):
    """Return Xavier's weights times the root of 2."""
    W = xavier(fan_in, fan_out, rng)
    W *= 2**0.5
    return W
