"""rng.normal with the standard deviation as its scale: the same stream of numbers."""


def he(fan_in, fan_out, rng):
    """Return normal numbers of the scale that ReLU wants."""
    return rng.normal(0.0, (2 / fan_in) ** 0.5, size=(fan_in, fan_out))


def xavier(fan_in, fan_out, rng):
    """Return normal numbers of the scale that a linear layer wants."""
    return rng.normal(scale=fan_in**-0.5, size=(fan_in, fan_out))
