"""Checks of lesson1.saturation. The right choice stands here sealed: grader.checks.quiz.seal("far_out", …) made it."""

import numpy as np

from grader.checks import assert_choice, assert_number

OPTIONS = {"flat": "almost 0", "steep": "almost 1", "grows": "about 20, as it grows with z"}


def test_far_out(submission):
    """Question 1: the slope where the neuron is sure."""
    assert_choice(submission, "far_out", OPTIONS, "aa8ed158:1802127493b039b683fdffd1")


def test_largest_slope(submission):
    """Question 2: the largest slope."""
    z = np.linspace(-1, 1, 2001)
    a = 1 / (1 + np.exp(-z))
    assert_number(submission, "largest_slope", float(np.gradient(a, z).max()))
