"""Checks of lesson1.neuron. The oracle is a derivative that is measured, exact to the last digit, by a complex step."""

import numpy as np
import pytest

from grader.checks import assert_close, assert_unchanged, full, points


def draw(rng, N=7):
    """Examples (N, 3), what is wanted of them, weights and a bias: no two sizes are equal, and nothing is 0 or 1."""
    return rng.normal(size=(N, 3)), rng.uniform(size=N), rng.normal(size=3), float(rng.uniform(0.2, 0.8))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def slope(function, at):
    """The derivative of a function of many numbers with respect to each: Im f(x + ih) / h, without any rounding."""
    at, slopes = np.asarray(at), np.empty(np.shape(at))
    for place in np.ndindex(at.shape):
        moved = at.astype(complex)
        moved[place] += 1e-30j
        slopes[place] = function(moved).imag / 1e-30
    return slopes


def expected(name, x, y, w, b):
    """The gradient of that name."""

    def loss(a):
        return ((a - y) ** 2).mean()

    z = x @ w + b
    return {
        "a": lambda: slope(loss, sigmoid(z)),
        "z": lambda: slope(lambda z: loss(sigmoid(z)), z),
        "w": lambda: slope(lambda w: loss(sigmoid(x @ w + b)), w),
        "b": lambda: float(slope(lambda b: loss(sigmoid(x @ w + b)), b)),
    }[name]()


@points(2)
def test_answers(submission, rng):
    """The answers are the sigmoid of the weighted sums."""
    x, _, w, b = draw(rng)
    assert_close(submission.answers(x, w, b), sigmoid(x @ w + b), name="a", oracle="by hand")


@pytest.mark.parametrize("name", ["a", "z", "w", "b"])
def test_gradient(submission, rng, name):
    """The gradient with respect to {name} equals the slope of the loss."""
    x, y, w, b = draw(rng)
    got = submission.gradients(x, y, w, b)[name]
    assert_close(got, expected(name, x, y, w, b), name=f"d{name}", sizes={"N": len(y)}, oracle="a complex step")


def test_arguments_stay(submission, rng):
    """The arguments are left as they were, and the gradient still depends on them."""
    x, y, w, b = draw(rng)
    found = assert_unchanged(submission.gradients, x, y, w, b)
    assert_close(found["w"], expected("w", x, y, w, b), name="dw", oracle="a complex step")


@full
def test_many_examples(submission, rng):
    """It holds for 100,000 examples too."""
    x, y, w, b = draw(rng, 100_000)
    got = submission.gradients(x, y, w, b)["w"]
    assert_close(got, expected("w", x, y, w, b), name="dw", oracle="a complex step")
