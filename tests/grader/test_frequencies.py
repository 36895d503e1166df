"""Counts against probabilities: what is right passes, always; what is wrong by a tenth, or impossible, does not."""

from __future__ import annotations

import pytest
import torch

from grader.checks import CheckFailed, assert_frequent
from grader.checks.frequencies import _bound

SHARES = (0.5, 0.3, 0.2, 0.0)


def drawn(shares, count, seed):
    rng = torch.Generator().manual_seed(seed)
    found = torch.multinomial(torch.tensor(shares), count, replacement=True, generator=rng)
    return found.bincount(minlength=len(shares))


def test_right_frequencies_pass():
    for seed in range(300):
        assert_frequent(drawn(SHARES, 1_000, seed), SHARES, what="The letters")
    assert_frequent([0, 100], [0.0, 1.0], what="The only one")


def test_wrong_frequencies_fail():
    with pytest.raises(CheckFailed, match="not as frequent"):
        assert_frequent(drawn((0.4, 0.4, 0.2, 0.0), 3_000, 1), SHARES, what="The letters")


def test_the_impossible_fails():
    with pytest.raises(CheckFailed, match="number 3 came 1 times"):
        assert_frequent([500, 300, 200, 1], SHARES, what="The letters")


def test_too_few_draws_are_a_fault_of_the_check():
    with pytest.raises(ValueError, match="25 are wanted"):
        assert_frequent([50, 30, 20, 0], SHARES, what="The letters")


def test_the_bound_by_the_gamma_function():
    """The survival function of chi-square is torch's upper incomplete gamma function, at half of both."""
    for degrees in (1, 2, 3, 5, 9, 20):
        half = torch.tensor(degrees / 2, dtype=torch.float64)
        beyond = torch.special.gammaincc(half, torch.tensor(_bound(degrees) / 2, dtype=torch.float64))
        assert 1e-17 < beyond < 2e-12, degrees
