"""Geometry of distributions: from counts to bars. Colours and words are the templates'."""

from __future__ import annotations

import msgspec

from grader.cohort.overview.counts import Spread

_TENTHS = 10


class Bar(msgspec.Struct, frozen=True):
    """One bar: where it stands, what it counts, and what stands below."""

    x: float
    y: float
    width: float
    height: float
    count: int
    label: str
    whole: bool  # whether it is of those who earned all


def bars(spread: Spread, width: int, height: int) -> tuple[Bar, ...]:
    """The bars of a distribution in a picture of that size; one that counts anything can be seen."""
    step = width / len(spread.bins)
    most = max(*spread.bins, 1)
    found = []
    for place, count in enumerate(spread.bins):
        tall = max(height * count / most, 1.0) if count else 0.0
        label = "all" if place == _TENTHS else f"{10 * place} %"
        bar = Bar(place * step + 0.06 * step, height - tall, 0.88 * step, tall, count, label, place == _TENTHS)
        found.append(bar)
    return tuple(found)


def spread_in_words(spread: Spread) -> str:
    """A distribution for those who do not see it: ``below 10 %: 3, 90 % and more: 5, all points: 7 learners``."""
    parts = []
    for place, count in enumerate(spread.bins):
        if count:
            said = "all points" if place == _TENTHS else f"{10 * place} to {10 * place + 10} %"
            parts.append(f"{said}: {count}")
    return ", ".join(parts) + (" learners" if sum(spread.bins) > 1 else " learner") if parts else "nobody"
