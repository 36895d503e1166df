"""Checks of day3.activations: six functions and their derivatives, in float64."""

import math

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    check,
    library,
    needs,
    new_seed,
    normal,
    points,
    strategies,
)
from grader.checks.complex_step import STEP, relu


def sigmoid(x):
    """1 / (1 + exp(−x)) of real and complex numbers, with no exp that overflows."""
    small = np.exp(np.where(x.real > 0, -x, x))
    return np.where(x.real > 0, 1, small) / (1 + small)


# Of real and complex numbers; at 0 the slope of (leaky) relu is that of the left side, as the exercise has it.
FORWARD = {
    "relu": relu,
    "leaky_relu": lambda x, alpha=0.01: np.where(x.real > 0, x, alpha * x),
    "silu": lambda x: x * sigmoid(x),
    "tanh": np.tanh,
    "sigmoid": sigmoid,
}
NAMES = ("relu", "leaky_relu", "gelu", "silu", "tanh", "sigmoid")


def normal_cdf(x):
    """Φ(x), the share of a normal distribution below x."""
    return np.vectorize(lambda one: math.erfc(-one / math.sqrt(2)) / 2)(x)


def value(name, x, **options):
    """The activation."""
    return x * normal_cdf(x) if name == "gelu" else FORWARD[name](x, **options)


def slope(name, x, **options):
    """The derivative: by complex step where the function knows complex numbers, for gelu by the rule."""
    if name == "gelu":
        return normal_cdf(x) + x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    return FORWARD[name](x + STEP * 1j, **options).imag / STEP


@st.composite
def pre_activations(draw):
    """Arrays of one to three axes, of halves between -4 and 4, with zeros among them."""
    shape = draw(st.lists(strategies.sizes(1, 4), min_size=1, max_size=3))
    return draw(strategies.arrays(shape))


def samples(rng):
    """Random numbers along one axis and along two, and halves in random order, with 0 and what is next to it."""
    halves = rng.permutation(np.concatenate([np.arange(-8, 8) / 2, [1e-50, -1e-50]]))
    return normal(rng, 7, scale=2.5), normal(rng, 3, 5, scale=2.5), halves.reshape(3, 2, 3)


def extreme(rng):
    """Numbers near +-1000, +-100 and +-30, in random order, and two of moderate size."""
    x = np.array([1000.0, -1000.0, 100.0, -100.0, 30.0, -30.0]) * rng.uniform(0.9, 1.0, 6)
    return rng.permutation(np.concatenate([x, rng.standard_normal(2)]))


def compare(submission, name, x):
    """One function of the submission on x."""
    if name.startswith("d_"):
        expected, oracle = slope(name.removeprefix("d_"), x), "the derivative by complex step"
    else:
        expected, oracle = value(name, x), "NumPy"
    assert_close(getattr(submission, name)(x), expected, name=f"{name}(x)", oracle=oracle)


def compare_both(submission, name, rng):
    """One activation and its derivative."""
    for x in samples(rng):
        compare(submission, name, x)
        compare(submission, f"d_{name}", x)


def test_relu(submission, rng):
    """relu is max(0, x); its derivative is 1 for positive x, and 0 at 0 and below."""
    compare_both(submission, "relu", rng)


def test_leaky_relu(submission, rng):
    """leaky_relu has slope alpha at 0 and below, 0.01 when no alpha is given, and 1 above."""
    compare_both(submission, "leaky_relu", rng)
    for x in samples(rng):
        for alpha in (float(rng.uniform(0.1, 0.9)), 0.0):
            expected, name = value("leaky_relu", x, alpha=alpha), f"leaky_relu(x, {alpha:.3g})"
            assert_close(submission.leaky_relu(x, alpha), expected, name=name, oracle="NumPy")
            expected, name = slope("leaky_relu", x, alpha=alpha), f"d_leaky_relu(x, alpha={alpha:.3g})"
            assert_close(submission.d_leaky_relu(x, alpha=alpha), expected, name=name)


def test_sigmoid(submission, rng):
    """The sigmoid is 1 / (1 + exp(−x)), and its derivative takes the same x."""
    compare_both(submission, "sigmoid", rng)


def test_tanh(submission, rng):
    """tanh is right, and its derivative takes the same x, the pre-activation."""
    compare_both(submission, "tanh", rng)


def test_silu(submission, rng):
    """silu is x·σ(x), and its derivative has both terms of the product rule."""
    compare_both(submission, "silu", rng)


@points(2)
def test_gelu(submission, rng):
    """gelu is exact, x·Φ(x) with the error function, and its derivative has both terms of the product rule."""
    compare_both(submission, "gelu", rng)


VALUES = tuple(f"test_{name}" for name in NAMES)


@needs(*VALUES)
@given(x=pre_activations())
def test_any_shape(submission, x):
    """All twelve functions are right for arrays of one to three axes of any sizes, a single number included."""
    for name in NAMES:
        compare(submission, name, x)
        compare(submission, f"d_{name}", x)


@points(2)
@needs(*VALUES)
def test_extreme_numbers(submission, rng):
    """All twelve functions are finite and right for x near ±1000, where exp(x) overflows."""
    x = extreme(rng)
    for name in NAMES:
        compare(submission, name, x)
        compare(submission, f"d_{name}", x)


def test_arguments_stay_as_they_are(submission, rng):
    """No function modifies the x that is passed in, or NumPy's global generator."""
    everybodys, seed = library(submission, "numpy.random"), new_seed(rng)
    everybodys.seed(seed)
    for name in NAMES:
        for each in (name, f"d_{name}"):
            answers = [assert_unchanged(getattr(submission, each), normal(rng, 5, 7)) for _ in range(2)]
            assert_responds(*answers, name=f"{each}(x)")
    check(
        everybodys.random() == np.random.RandomState(seed).random(),
        "NumPy's global generator is used or seeded; nothing here is random.",
    )
