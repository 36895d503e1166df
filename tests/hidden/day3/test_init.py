"""Checks of day3.init: the scale of the weights, their distribution, and a signal through thirty layers."""

import numpy as np

from grader.checks import assert_close, assert_responds, check, integer, library, needs, new_seed, points

LAYERS = 30


def twins(rng):
    """Two generators that draw the same numbers."""
    seed = int(rng.integers(2**31))
    return np.random.default_rng(seed), np.random.default_rng(seed)


def matrix(W, fan_in, fan_out):
    """The weights, once they are an array of the right shape."""
    check(
        isinstance(W, np.ndarray) and W.shape == (fan_in, fan_out),
        f"The weights must be an array of shape (fan_in, fan_out), here ({fan_in}, {fan_out}).",
    )
    check(W.dtype == np.float64, f"The weights must be float64; here they are {W.dtype}.")
    return W


def looks_normal(submission_init, std, rng):
    """Mean, standard deviation and shape of the distribution, from 90,000 weights or more.

    The bounds are 7 standard errors of each figure (under 3e-12 each), so that a right answer fails less than once
    in 10^11 runs. The error of the standard deviation of n normal numbers is 1/√(2n) of it, 0.24 % at most here;
    a share p has the error √(p(1 − p)/n).
    """
    fan_in, fan_out = integer(rng, 240, 290), integer(rng, 390, 440)  # never near each other
    W = matrix(submission_init(fan_in, fan_out, twins(rng)[0]), fan_in, fan_out)
    expected = std(fan_in)
    found, tolerance = float(W.std()), 7 / np.sqrt(2 * W.size)
    check(
        abs(found / expected - 1) < tolerance,
        f"The standard deviation of the weights is {found:.4g} for fan_in = {fan_in} and fan_out = {fan_out}; "
        f"it must be {expected:.4g}, to {tolerance:.1%}.",
    )
    mean = float(W.mean())
    check(
        abs(mean) < 7 * expected / np.sqrt(W.size),
        f"The mean of the weights is {mean:.3g}; it must be 0, up to {7 * expected / np.sqrt(W.size):.1g}.",
    )
    inside = float((np.abs(W) < expected).mean())
    check(
        abs(inside - 0.682689) < 7 * np.sqrt(0.682689 * 0.317311 / W.size),
        f"{inside:.1%} of the weights lie within one standard deviation of 0; of normal numbers it is 68.3%.",
    )


@points(2)
def test_he_is_normal_with_variance_2_over_fan_in(submission, rng):
    """he draws normal numbers of mean 0 and standard deviation √(2/fan_in)."""
    looks_normal(submission.he, lambda fan_in: np.sqrt(2 / fan_in), rng)


@points(2)
def test_xavier_is_normal_with_variance_1_over_fan_in(submission, rng):
    """xavier draws normal numbers of mean 0 and standard deviation √(1/fan_in)."""
    looks_normal(submission.xavier, lambda fan_in: np.sqrt(1 / fan_in), rng)


def through(submission_init, activation, rng):
    """The mean square of a signal after thirty layers, relative to what it was."""
    width = int(rng.integers(200, 260))
    h = rng.standard_normal((32, width))
    before = (h**2).mean()
    for _ in range(LAYERS):
        W = matrix(submission_init(width, width, twins(rng)[0]), width, width)
        h = activation(h @ W[rng.permutation(width)])  # shuffled: that all layers may be alike is checked elsewhere
    return float((h**2).mean() / before)


def survives(submission_init, activation, rng, words):
    """Demand that the signal is neither gone nor out of bounds after thirty layers.

    Measured in 150 runs at width 200: the logarithm of the factor has mean −0.22 and standard deviation 0.72 under
    ReLU, 0.18 without. The bound, ln 1000 = 6.9, lies 9 standard deviations out, a false alarm in far more than 10^9
    runs; a variance that is off by 2 is off by 2^30 in the end, a billion.
    """
    factor = through(submission_init, activation, rng)
    check(
        1e-3 < factor < 1e3,
        f"After {LAYERS} layers {words}, the mean square of the signal is {factor:.3g} times what it was; it must be "
        "about as large as it was.",
    )


def test_he_keeps_a_signal_through_thirty_layers_of_relu(submission, rng):
    """With he and ReLU, the mean square of the activations is about the same after 30 layers."""
    survives(submission.he, lambda z: np.maximum(z, 0), rng, "of he and ReLU")


def test_xavier_keeps_a_signal_through_thirty_linear_layers(submission, rng):
    """With xavier and no activation, the mean square is about the same after 30 layers."""
    survives(submission.xavier, lambda z: z, rng, "of xavier")


@points(2)
@needs("test_he_is_normal_with_variance_2_over_fan_in", "test_xavier_is_normal_with_variance_1_over_fan_in")
def test_the_generator_decides(submission, rng):
    """The weights are the rng's next standard normal numbers, scaled, whichever layer they are for."""
    for name, variance in (("he", 2.0), ("xavier", 1.0)):
        for fan_in, fan_out in ((3, 5), (3, 5), (1, 4), (6, 1), (integer(rng, 4, 6),) * 2):
            theirs, ours = twins(rng)
            for generator in (theirs, ours):  # it need not be fresh
                generator.standard_normal(3)
            assert_close(
                getattr(submission, name)(fan_in, fan_out, theirs),
                ours.standard_normal((fan_in, fan_out)) * np.sqrt(variance / fan_in),
                name=f"{name}({fan_in}, {fan_out}, rng)",
                sizes={"fan_in": fan_in, "fan_out": fan_out},
                oracle="the same rng",
            )


def test_no_other_generator(submission, rng):
    """Neither function uses or seeds NumPy's global generator."""
    everybodys, seed = library(submission, "numpy.random"), new_seed(rng)
    everybodys.seed(seed)
    for initialise in (submission.he, submission.xavier):
        assert_responds(*(initialise(3, 5, twins(rng)[0]) for _ in range(2)), name="the weights")
    check(
        everybodys.random() == np.random.RandomState(seed).random(),
        "NumPy's global generator is used or seeded. All that is random comes from rng.",
    )
