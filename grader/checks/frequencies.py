"""Counts of what was drawn, against the probabilities that it should have: a chi-square test that never cries wolf."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from grader.checks.demands import check

_SMALLEST = 25.0  # expected in each cell: for fewer the bound would not hold to 1e-9


def assert_frequent(counts: Sequence[int] | Any, probabilities: Sequence[float] | Any, *, what: str) -> None:
    """Demand that outcomes were drawn as often as their probabilities say, and what has none never.

    A correct submission fails in fewer than one of 10^9 calls. Pearson's chi-square is compared with what it exceeds
    with a probability below 2e-12: by Wilson and Hilferty its cube root is nearly normal, and 7 standard deviations are
    passed with 1.3e-12. The smallest count that may be expected is 25; alone it would have to be 66 to pass the
    bound, which a Poisson number with this mean reaches with 2e-11. So it holds though counts are whole numbers.

    Args:
        counts: how often each outcome came.
        probabilities: of each, summing to 1; 0 for what cannot come.
        what: what was drawn, "the tokens of row 2"; a sentence begins with it.

    Raises:
        CheckFailed: something impossible came, or the frequencies are others.
        ValueError: an outcome is too rare for so many draws, which is a fault of the check.
    """
    numbers, shares = [int(n) for n in counts], [float(p) for p in probabilities]
    total = sum(numbers)
    for place, (number, share) in enumerate(zip(numbers, shares, strict=True)):
        check(number == 0 or share > 0, f"{what}: number {place} came {number} times, and its probability is 0.")
        if 0 < share * total < _SMALLEST:
            raise ValueError(f"of {total} draws, {share * total:.3g} are expected of number {place}; 25 are wanted")
    possible = [(n, share * total) for n, share in zip(numbers, shares, strict=True) if share > 0]
    found = sum((n - expected) ** 2 / expected for n, expected in possible)
    table = ", ".join(f"{n} times for {expected:.0f}" for n, expected in possible)
    check(
        len(possible) == 1 or found < _bound(len(possible) - 1),
        f"{what}: not as frequent as the probabilities say. They came {table}.",
    )


def _bound(degrees: int) -> float:
    """What chi-square with so many degrees of freedom exceeds with a probability below 2e-12; with few, far below."""
    return degrees * (1 - 2 / (9 * degrees) + 7 * math.sqrt(2 / (9 * degrees))) ** 3
