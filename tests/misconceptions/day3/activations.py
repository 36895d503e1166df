"""What learners get wrong in day3.activations."""

import math

import numpy as np

from grader.checks import misconception


def _sigmoid(x):
    """The sigmoid, stable."""
    return 0.5 * (1 + np.tanh(x / 2))


def _cdf(x):
    """The CDF of the normal distribution."""
    return 0.5 * (1 + np.vectorize(math.erf, otypes=[float])(x / math.sqrt(2)))


def _bell(x):
    """Its density."""
    return np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)


# relu, leaky relu


@misconception("This is |x|. ReLU cuts the negative half off: max(0, x).", name="absolute-value")
def relu(x):
    return np.abs(x)


@misconception(
    "The caller's x is wiped in place, and the backward pass needs it still. Make a new array: np.maximum(0, x).",
    name="relu-in-place",
    violates=("arguments_stay_as_they_are",),
)
def relu(x):
    x[x < 0] = 0
    return x


@misconception(
    "At x = 0 the slope is 1 here. This unit takes 0 there: (x > 0), not (x >= 0).",
    name="slope-1-at-0",
)
def d_relu(x):
    return (x >= 0).astype(float)


@misconception(
    "This is relu itself. Its slope is wanted: 1 where x > 0, however large x is, and 0 elsewhere.",
    name="relu-for-its-slope",
)
def d_relu(x):
    return np.maximum(0.0, x)


@misconception(
    "alpha is ignored: 0.01 is only its default. Where x is negative, multiply by the argument: alpha * x.",
    name="alpha-ignored",
)
def leaky_relu(x, alpha=0.01):
    return np.where(x > 0, x, 0.01 * x)


@misconception(
    "Negative x must stay negative: alpha * x. Here its sign is lost, alpha * |x|.",
    name="leak-upwards",
)
def leaky_relu(x, alpha=0.01):
    return np.where(x > 0, x, alpha * np.abs(x))


@misconception(
    "This is the slope of plain ReLU. Where x is 0 or less, the leak has slope alpha, not 0.",
    name="slope-without-leak",
)
def d_leaky_relu(x, alpha=0.01):
    return (x > 0).astype(float)


@misconception(
    "At x = 0 the slope is 1 here. This unit takes alpha there: 1 where x > 0, and alpha where x is 0 or less.",
    name="leaky-slope-1-at-0",
)
def d_leaky_relu(x, alpha=0.01):
    return np.where(x >= 0, 1.0, alpha)


@misconception(
    "Where x is negative the slope is alpha itself; alpha * x is the activation.",
    name="leak-for-its-slope",
)
def d_leaky_relu(x, alpha=0.01):
    return np.where(x > 0, 1.0, alpha * x)


@misconception(
    "alpha is ignored: 0.01 is only its default. The slope is the argument alpha where x is 0 or less.",
    name="slope-alpha-ignored",
)
def d_leaky_relu(x, alpha=0.01):
    return np.where(x > 0, 1.0, 0.01)


@misconception(
    "np.maximum(x, alpha) cuts off at alpha. The leak is a slope and multiplies x: alpha * x where x is negative.",
    name="maximum-with-alpha",
)
def leaky_relu(x, alpha=0.01):
    return np.maximum(x, alpha)


# sigmoid, tanh


@misconception(
    "The sigmoid is exp(x) / (1 + exp(x)) here, inf/inf for large x. e = exp(−|x|) never overflows: take 1 / (1 + e) "
    "where x >= 0, and e / (1 + e) elsewhere.",
    name="sigmoid-overflow",
    violates=("extreme_numbers",),
)
def sigmoid(x):
    return np.exp(x) / (1 + np.exp(x))


@misconception(
    "The sign in the exponent is reversed, so this falls where the sigmoid rises: 1 / (1 + exp(−x)).",
    name="sigmoid-falls",
)
def sigmoid(x):
    return _sigmoid(-x)


@misconception(
    "x (1 − x) would be right if x were the sigmoid's output. This function is given the pre-activation: take s = "
    "sigmoid(x) first, then s (1 − s).",
    name="d-sigmoid-takes-y",
)
def d_sigmoid(x):
    return x * (1 - x)


@misconception(
    "The quotient of exponentials is inf/inf for large |x|. np.tanh never overflows.",
    name="tanh-overflow",
    violates=("extreme_numbers",),
)
def tanh(x):
    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))


@misconception(
    "The 2 inside is missing, so the curve rises half as steeply: tanh(x) is 2σ(2x) − 1. np.tanh does it all.",
    name="tanh-half-as-steep",
)
def tanh(x):
    return 2 * _sigmoid(x) - 1


@misconception(
    "1 − x² would be right if x were the output of tanh. This function is given the pre-activation: 1 − tanh(x)².",
    name="d-tanh-takes-y",
)
def d_tanh(x):
    return 1 - x**2


@misconception("The square is missing: the derivative of tanh is 1 − tanh(x)².", name="d-tanh-without-square")
def d_tanh(x):
    return 1 - np.tanh(x)


# silu


@misconception("The x in front is missing. SiLU is x times the sigmoid of x.", name="silu-without-x")
def silu(x):
    return _sigmoid(x)


@misconception(
    "Half of the product rule is missing. σ(x) changes with x as well: σ(x) + x·σ(x)(1 − σ(x)).",
    name="d-silu-first-term",
)
def d_silu(x):
    return _sigmoid(x)


@misconception(
    "Half of the product rule is missing: the slope of x is 1, which leaves σ(x) to be added to x·σ(x)(1 − σ(x)).",
    name="d-silu-second-term",
)
def d_silu(x):
    return x * _sigmoid(x) * (1 - _sigmoid(x))


@misconception(
    "The second term lacks its x: by the product rule the derivative of x·σ(x) is σ(x) + x·σ(x)(1 − σ(x)).",
    name="d-silu-without-x",
)
def d_silu(x):
    return _sigmoid(x) + _sigmoid(x) * (1 - _sigmoid(x))


# gelu


@misconception(
    "This is GPT-2's approximation of GELU by a tanh. Here the exact one is wanted: x·Φ(x), with math.erf.",
    name="gelu-by-tanh",
)
def gelu(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


@misconception(
    "This is the approximation x·σ(1.702x). Here the exact GELU is wanted: x·Φ(x), with math.erf.",
    name="gelu-by-sigmoid",
)
def gelu(x):
    return x * _sigmoid(1.702 * x)


@misconception(
    "erf is for a normal distribution of variance 1/2. For the standard one, divide by the root of 2: erf(x / √2).",
    name="erf-without-root-2",
)
def gelu(x):
    return 0.5 * x * (1 + np.vectorize(math.erf, otypes=[float])(x))


@misconception("This is Φ(x) alone. GELU is x times it.", name="gelu-without-x")
def gelu(x):
    return _cdf(x)


@misconception(
    "Half of the product rule is missing. Φ(x) changes with x as well, and its slope is the bell curve φ(x): Φ(x) + "
    "x·φ(x).",
    name="d-gelu-first-term",
)
def d_gelu(x):
    return _cdf(x)


@misconception(
    "The bell curve is not normalised: φ(x), the derivative of Φ(x), is exp(−x²/2) divided by √(2π).",
    name="bell-not-normalised",
)
def d_gelu(x):
    return _cdf(x) + x * np.exp(-(x**2) / 2)


@misconception(
    "The bell curve lacks its x: by the product rule the derivative of x·Φ(x) is Φ(x) + x·φ(x).",
    name="d-gelu-without-x",
)
def d_gelu(x):
    return _cdf(x) + _bell(x)


@misconception(
    "Half of the product rule is missing: the slope of x is 1, which leaves Φ(x) to be added to x·φ(x).",
    name="d-gelu-second-term",
)
def d_gelu(x):
    return x * _bell(x)


@misconception(
    "The bell curve is divided by 2π. Its area must be 1, and for that the divisor is the root: exp(−x²/2) / √(2π).",
    name="bell-by-2-pi",
)
def d_gelu(x):
    return _cdf(x) + x * np.exp(-(x**2) / 2) / (2 * math.pi)
