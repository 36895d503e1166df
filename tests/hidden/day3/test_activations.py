"""Checks of day3.activations: six functions and their derivatives, against torch in float64."""

import hypothesis.strategies as st
import numpy as np
import torch
import torch.nn.functional as F
from hypothesis import given

from grader.checks import assert_close, assert_unchanged, points, strategies

# At 0 autograd's slope of (leaky) relu is that of the left side, as the exercise has it.
TORCH = {
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "gelu": F.gelu,
    "silu": F.silu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}


def value(name, x):
    """The activation by torch."""
    return TORCH[name](torch.from_numpy(x.copy())).numpy()


def slope(name, x, **options):
    """The derivative by autograd."""
    x = torch.from_numpy(x.copy()).requires_grad_()
    return torch.autograd.grad(TORCH[name](x, **options).sum(), x)[0].numpy()


@st.composite
def pre_activations(draw):
    """Arrays of one to three axes, of halves between -4 and 4, with zeros among them."""
    shape = draw(st.lists(strategies.sizes(1, 4), min_size=1, max_size=3))
    return draw(strategies.tensors(shape)).numpy()


def between(rng):
    """Pre-activations that no table of halves holds, of a random shape; 0 is among them."""
    x = 2.5 * rng.standard_normal((int(rng.integers(2, 6)), int(rng.integers(3, 9))))
    x[0, 0] = 0.0
    return x


def extreme(rng):
    """Numbers near +-1000, +-100 and +-30, in random order, and two of moderate size."""
    x = np.array([1000.0, -1000.0, 100.0, -100.0, 30.0, -30.0]) * rng.uniform(0.9, 1.0, 6)
    return rng.permutation(np.concatenate([x, rng.standard_normal(2)]))


def compare(submission, name, x):
    """One function of the submission on x."""
    if name.startswith("d_"):
        expected, oracle = slope(name.removeprefix("d_"), x), "autograd"
    else:
        expected, oracle = value(name, x), "torch"
    assert_close(getattr(submission, name)(x), expected, name=f"{name}(x)", oracle=oracle)


@given(x=pre_activations())
def test_relu(submission, x):
    """relu is max(0, x); its derivative is 1 for positive x, and 0 at 0 and below."""
    compare(submission, "relu", x)
    compare(submission, "d_relu", x)


@given(x=pre_activations(), alpha=st.sampled_from([0.2, 0.0, 0.5, 0.9]))
def test_leaky_relu(submission, x, alpha):
    """leaky_relu has slope alpha at 0 and below, 0.01 when no alpha is given, and 1 above."""
    compare(submission, "leaky_relu", x)
    compare(submission, "d_leaky_relu", x)
    expected = F.leaky_relu(torch.from_numpy(x.copy()), alpha).numpy()
    name = f"leaky_relu(x, {alpha})"
    assert_close(submission.leaky_relu(x, alpha), expected, name=name, oracle="torch")
    name = f"d_leaky_relu(x, alpha={alpha})"
    assert_close(submission.d_leaky_relu(x, alpha=alpha), slope("leaky_relu", x, negative_slope=alpha), name=name)


@given(x=pre_activations())
def test_sigmoid(submission, x):
    """The sigmoid is 1 / (1 + exp(−x)), and its derivative takes the same x."""
    compare(submission, "sigmoid", x)
    compare(submission, "d_sigmoid", x)


@given(x=pre_activations())
def test_tanh(submission, x):
    """tanh is right, and its derivative takes the same x, the pre-activation."""
    compare(submission, "tanh", x)
    compare(submission, "d_tanh", x)


@given(x=pre_activations())
def test_silu(submission, x):
    """silu is x·σ(x), and its derivative has both terms of the product rule."""
    compare(submission, "silu", x)
    compare(submission, "d_silu", x)


@points(2)
@given(x=pre_activations())
def test_gelu(submission, x):
    """gelu is exact, x·Φ(x) with the error function, and its derivative has both terms of the product rule."""
    compare(submission, "gelu", x)
    compare(submission, "d_gelu", x)


def test_random_numbers(submission, rng):
    """All twelve functions are right at random numbers of a random shape, and at 0."""
    x = between(rng)
    for name in TORCH:
        compare(submission, name, x)
        compare(submission, f"d_{name}", x)


@points(2)
def test_extreme_numbers(submission, rng):
    """All twelve functions are finite and right for x near ±1000, where exp(x) overflows."""
    x = extreme(rng)
    for name in TORCH:
        compare(submission, name, x)
        compare(submission, f"d_{name}", x)


def test_arguments_stay_as_they_are(submission, rng):
    """No function modifies the x that is passed in."""
    for name in TORCH:
        x = between(rng)
        assert_close(assert_unchanged(getattr(submission, name), x), value(name, x), name=f"{name}(x)", oracle="torch")
        assert_close(assert_unchanged(getattr(submission, f"d_{name}"), x), slope(name, x), name=f"d_{name}(x)")
