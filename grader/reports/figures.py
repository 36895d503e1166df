"""What the figures of a report say, whatever draws them: classes of errors, ranges, words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from grader.reports.model import Curve

# Errors by the largest number expected, so that one scale serves all tensors of a report.
BOUNDS = (1e-6, 1e-4, 1e-2, 0.1, 1.0)
NOT_FINITE = len(BOUNDS) + 2


def error_class(error: float | None, scale: float, tolerance: float) -> int:
    """0 right, 1 below 1e-6 of the scale, … 6 above all of it, 7 not finite."""
    if error is None:
        return NOT_FINITE
    if error <= tolerance:
        return 0
    share = error / scale if scale > 0 else math.inf
    return 1 + sum(share >= bound for bound in BOUNDS)


def few_digits(value: float | None) -> str:
    """A number in at most four digits: ``2.446``, ``1.2e+08``."""
    return "not finite" if value is None else f"{value:.4g}"


def shape_text(shape: Sequence[int]) -> str:
    """A shape as learners write it: ``(2, 3)``, ``(3,)``."""
    return str(tuple(shape))


def from_to(values: Sequence[float | None]) -> str:
    """Where a curve begins and ends."""
    return f"from {few_digits(values[0])} to {few_digits(values[-1])}" if values else ""


def in_words(curve: Curve) -> str:
    """What a curve shows, for those who do not see it."""
    parts = [f"{curve.name} over {curve.steps} steps"]
    parts += [f"{series.name} {from_to(series.values)}" for series in curve.series]
    parts += [f"{line.name} {few_digits(line.value)}" for line in curve.baselines]
    if curve.band:
        parts.append(f"its end should lie between {few_digits(curve.band[0])} and {few_digits(curve.band[1])}")
    if curve.broken is not None:
        parts.append(f"not finite from step {curve.broken} on")
    return "; ".join(parts)


def curve_range(curve: Curve) -> tuple[float, float, float]:
    """The least and the greatest value of the picture, and the greatest of the submission's.

    A run that diverges would flatten all else into one line: it leaves the picture at the top.
    """
    yours = [value for value in curve.series[0].values if value is not None]
    others = [value for series in curve.series[1:] for value in series.values if value is not None]
    others += [line.value for line in curve.baselines] + list(curve.band or ()) + yours[:1]
    values = yours + others or [0.0, 1.0]
    low, high, highest = min(values), max(values), max(yours, default=-math.inf)
    if others:
        span = (max(others) - min(others)) or abs(others[0]) or 1.0
        if highest > max(others) + 3 * span:
            high = max(others) + 0.25 * span
            low = min(others + [value for value in yours if value <= high])
    return low, high, highest
