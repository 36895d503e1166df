"""What learners get wrong in day3.init."""

import numpy as np

from grader.checks import misconception

# he


@misconception(
    "The variance is taken for the standard deviation. A normal number times s has the variance s²: multiply by the "
    "root, √(2/fan_in).",
    name="he-without-root",
)
def he(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) * (2 / fan_in)


@misconception(
    "fan_out is used. Each output is a sum over the fan_in inputs, so it is fan_in that counts: √(2/fan_in).",
    name="he-by-fan-out",
)
def he(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) * np.sqrt(2 / fan_out)


@misconception(
    "The 2 is missing. ReLU lets only half of the mean square through, and the 2 makes up for it: √(2/fan_in).",
    name="he-without-2",
)
def he(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) * np.sqrt(1 / fan_in)


@misconception(
    "The 2 stands outside the root, so the variance is 4/fan_in: it is √(2/fan_in), not 2/√fan_in.",
    name="he-2-outside",
)
def he(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) * 2 / np.sqrt(fan_in)


@misconception(
    "fan_in stands outside the root: √2/fan_in is too small by √fan_in. The root is taken of the whole 2/fan_in.",
    name="he-fan-in-outside",
)
def he(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) * np.sqrt(2) / fan_in


@misconception(
    "These are plain standard normal numbers, without a scale: the signal grows by √(fan_in/2) a layer. Multiply by "
    "√(2/fan_in).",
    name="he-not-scaled",
)
def he(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out))


@misconception(
    "These numbers are uniform. He's weights are normal here: rng.standard_normal, not rng.uniform.",
    name="he-uniform",
)
def he(fan_in, fan_out, rng):
    limit = np.sqrt(6 / fan_in)
    return rng.uniform(-limit, limit, (fan_in, fan_out))


@misconception(
    "The weights are (fan_out, fan_in), as in torch's nn.Linear. Here the inputs come first: (fan_in, fan_out).",
    name="he-transposed",
)
def he(fan_in, fan_out, rng):
    return rng.standard_normal((fan_out, fan_in)) * np.sqrt(2 / fan_in)


@misconception(
    "A new generator with a fixed seed is made inside, so every layer gets the same numbers. Draw from the rng that is "
    "passed in.",
    name="own-generator",
)
def he(fan_in, fan_out, rng):
    return np.random.default_rng(0).standard_normal((fan_in, fan_out)) * np.sqrt(2 / fan_in)


# xavier


@misconception(
    "The variance is taken for the standard deviation. Multiply by the root: √(1/fan_in).",
    name="xavier-without-root",
)
def xavier(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) / fan_in


@misconception(
    "fan_out is used. Each output is a sum over the fan_in inputs, so it is fan_in that counts: √(1/fan_in).",
    name="xavier-by-fan-out",
)
def xavier(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) * np.sqrt(1 / fan_out)


@misconception(
    "The 2 belongs to he alone, where it makes up for ReLU. Without ReLU the variance is 1/fan_in.",
    name="xavier-with-2",
)
def xavier(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) * np.sqrt(2 / fan_in)


@misconception(
    "This is the variance in Glorot's paper, 2/(fan_in + fan_out). That is a good choice, but this course takes day "
    "3's: 1/fan_in.",
    name="glorot",
)
def xavier(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) * np.sqrt(2 / (fan_in + fan_out))


@misconception(
    "These numbers are uniform. Xavier's weights are normal here: rng.standard_normal, not rng.uniform.",
    name="xavier-uniform",
)
def xavier(fan_in, fan_out, rng):
    limit = np.sqrt(3 / fan_in)
    return rng.uniform(-limit, limit, (fan_in, fan_out))
