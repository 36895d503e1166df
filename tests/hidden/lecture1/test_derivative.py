"""Checks of lecture1.derivative: slopes by central differences.

A function cannot be sent, so those that are differentiated are the standard library's, with random parameters. The
formula is compared at large h, where its own error is large and every other formula's is another.
"""

import functools
import math
import operator
import statistics

import numpy as np

from grader.checks import (
    assert_close,
    assert_unchanged,
    check,
    integer,
    library,
    needs,
    points,
    type_in_words,
    uniform,
)


def number(rng, low, high):
    """A random Python float."""
    return float(uniform(rng, low, high))


def curves(submission, rng):
    """Functions of one number, anew in every run: (what it is called, the submission's, ours, the true slope)."""
    there = {name: library(submission, name) for name in ("functools", "math", "operator", "statistics")}
    n, base, mu, sigma = integer(rng, 3, 6), number(rng, 1.5, 4.0), number(rng, -1, 1), number(rng, 0.7, 2)
    bell = statistics.NormalDist(mu, sigma)
    side = number(rng, 0.5, 3.0)
    return [
        (f"x**{n}", there["operator"].methodcaller("__pow__", n), lambda x: x**n, lambda x: n * x ** (n - 1)),
        (
            f"{base:.3f}**x",
            there["functools"].partial(there["math"].pow, base),
            lambda x: base**x,
            lambda x: math.log(base) * base**x,
        ),
        (
            f"the normal distribution's cdf, μ = {mu:.3f}, σ = {sigma:.3f}",
            there["statistics"].NormalDist(mu, sigma).cdf,
            bell.cdf,
            bell.pdf,
        ),
        (
            f"√({side:.3f}² + x²)",
            there["functools"].partial(there["math"].hypot, side),
            lambda x: math.hypot(side, x),
            lambda x: x / math.hypot(side, x),
        ),
        ("sin x", there["math"].sin, math.sin, math.cos),
    ]


def surfaces(submission, rng, size):
    """Functions of so many numbers: (what it is called, the submission's, ours). None treats two inputs alike."""
    there = {name: library(submission, name) for name in ("functools", "math", "operator")}
    place = [number(rng, -3, -2) for _ in range(size)]
    reduce = there["functools"].partial
    return [
        (
            "the distance from a random place",
            reduce(there["math"].dist, place),
            functools.partial(math.dist, place),
        ),
        (
            "x0 / x1 / x2 …",
            reduce(there["functools"].reduce, there["operator"].truediv),
            functools.partial(functools.reduce, operator.truediv),
        ),
        (
            "atan2(atan2(x0, x1), x2) …",
            reduce(there["functools"].reduce, there["math"].atan2),
            functools.partial(functools.reduce, math.atan2),
        ),
    ]


def central(f, xs, h):
    """The right answer, longhand."""
    return [
        (f([x + h * (j == i) for j, x in enumerate(xs)]) - f([x - h * (j == i) for j, x in enumerate(xs)])) / (2 * h)
        for i in range(len(xs))
    ]


def slope(submission, f, x, *h):
    """What derivative returns, once it is a number."""
    answer = submission.derivative(f, x, *h)
    check(
        isinstance(answer, int | float) and not isinstance(answer, bool),
        f"derivative must return a float; here is {type_in_words(answer)}.",
    )
    return float(answer)


def slopes(answer, size):
    """What gradient returns, once it is a list of numbers."""
    check(isinstance(answer, list | tuple), f"gradient must return a list of floats, not {type_in_words(answer)}.")
    check(
        all(isinstance(g, int | float) and not isinstance(g, bool) for g in answer),
        "gradient must return a list of floats; one of its entries is none.",
    )
    check(len(answer) == size, f"{size} inputs have {size} slopes; gradient returns {len(answer)}.")
    return np.array([float(g) for g in answer])


@points(2)
def test_derivative_is_the_central_difference(submission, rng):
    """derivative is (f(x + h) − f(x − h)) / 2h, for any function, place and h: half of h, a quarter of the error."""
    for name, theirs, ours, true in curves(submission, rng):
        for low, high in ((-2.5, -1.2), (1.2, 2.5)):
            x, h = number(rng, low, high), number(rng, 0.2, 0.6)
            for step in (h, h / 2):
                assert_close(
                    slope(submission, theirs, x, step),
                    (ours(x + step) - ours(x - step)) / (2 * step),
                    name=f"the slope of {name} at {x:.3f}, which is {true(x):.4f}, measured with h = {step:.3f},",
                    oracle="the formula",
                )


@needs("test_derivative_is_the_central_difference")
def test_derivative_of_itself(submission, rng):
    """With the h that it has unless told otherwise, derivative comes within 1e-8 of the true slope."""
    for name, theirs, _, true in curves(submission, rng):
        x = number(rng, 0.6, 1.6)
        # Rounding: 2e-16/1e-6 of f, which is below 17 here; the formula's own error is f'''h²/6 < 1e-10.
        assert_close(
            slope(submission, theirs, x), true(x), name=f"the slope of {name} at {x:.3f}", rtol=1e-8, atol=1e-8,
            oracle="calculus",
        )  # fmt: skip


@needs("test_derivative_is_the_central_difference")
def test_derivative_at_whole_numbers(submission, rng):
    """x may be an int, and may be 0."""
    _, theirs, ours, _ = curves(submission, rng)[2]
    h = number(rng, 0.2, 0.6)
    for x in (0, integer(rng, 1, 3), -integer(rng, 1, 3)):
        expected = (ours(x + h) - ours(x - h)) / (2 * h)
        assert_close(
            slope(submission, theirs, x, h), expected, name=f"the slope at {x}", oracle="the formula"
        )  # fmt: skip


@points(3)
def test_gradient_is_a_central_difference_an_input(submission, rng):
    """gradient nudges one input alone to both sides, and gives as many slopes as there are inputs."""
    for size in (3, 1, 5):
        for name, theirs, ours in surfaces(submission, rng, size):
            xs, h = [number(rng, 1.2, 2.5) for _ in range(size)], number(rng, 0.2, 0.6)
            assert_close(
                slopes(submission.gradient(theirs, xs, h), size),
                np.array(central(ours, xs, h)),
                name=f"the gradient of {name}",
                oracle="the formula",
            )


@needs("test_gradient_is_a_central_difference_an_input")
def test_gradient_by_itself(submission, rng):
    """With the h that it has unless told otherwise, gradient comes within 1e-8 of the true slopes."""
    size = integer(rng, 2, 4)
    place = [number(rng, -1, 1) for _ in range(size)]
    theirs = library(submission, "functools").partial(library(submission, "math").dist, place)
    xs = [x + number(rng, 0.2, 0.4) for x in place]  # near enough for the distance to bend
    expected = (np.array(xs) - place) / math.dist(xs, place)
    # Rounding: 2e-16/1e-6 of a distance below 1; the formula's own error is below h²/d² = 2e-11.
    assert_close(
        slopes(submission.gradient(theirs, xs), size), expected, name="the gradient", rtol=1e-8, oracle="calculus"
    )


@needs("test_gradient_is_a_central_difference_an_input")
def test_whole_numbers_are_nudged_too(submission, rng):
    """xs may hold ints: 2 + h is no int, and must not be cut to one."""
    for size in (2, 4):
        xs, h = rng.permutation(range(2, 9))[:size].tolist(), number(rng, 0.2, 0.6)
        for name, theirs, ours in surfaces(submission, rng, size):
            assert_close(
                slopes(submission.gradient(theirs, xs, h), size),
                np.array(central(ours, xs, h)),
                name=f"the gradient of {name}",
                oracle="the formula",
            )


@needs("test_gradient_is_a_central_difference_an_input")
def test_equal_inputs(submission, rng):
    """Inputs of one value are inputs of their own: each is nudged by itself."""
    for size in (3, 4):
        xs, h = [number(rng, 1.2, 2.5) for _ in range(size)], number(rng, 0.2, 0.6)
        xs[-1] = xs[0]
        _, theirs, ours = surfaces(submission, rng, size)[1]
        expected = np.array(central(ours, xs, h))
        assert_close(
            slopes(submission.gradient(theirs, xs, h), size), expected, name="the gradient", oracle="the formula"
        )


@needs("test_gradient_is_a_central_difference_an_input")
def test_xs_stay_as_they_are(submission, rng):
    """The list xs is left as it is, to the last digit."""
    for size in (3, 4):
        # Small numbers beside a large h: who adds h to one and takes it away again has lost half of its digits.
        xs, h = [number(rng, 1e-9, 1e-8) for _ in range(size)], number(rng, 500, 1000)
        _, theirs, ours = surfaces(submission, rng, size)[0]
        answer = assert_unchanged(submission.gradient, theirs, xs, h)
        assert_close(slopes(answer, size), np.array(central(ours, xs, h)), name="the gradient", oracle="the formula")
