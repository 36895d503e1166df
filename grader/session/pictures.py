"""What a report draws, as numbers: where an answer is wrong, training curves, maps of weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.checks.context import CheckContext, Mismatch
from grader.checks.in_words import WHOLE, as_array, is_tensor, number
from grader.checks.recording import (
    REFERENCE,
    RecordedCurve,
    RecordedGraph,
    RecordedHistogram,
    RecordedMap,
    RecordedPoints,
    pool,
    rounded,
)
from grader.reports.model import (
    BuiltGraph,
    Curve,
    ErrorMap,
    GraphNode,
    Histogram,
    Level,
    Picture,
    Points,
    Series,
    Visibility,
    WeightMap,
)

_WINDOW = 8  # rows and columns of values around the largest error
_MOST = 1_000_000  # numbers that a picture is drawn of; up to WHOLE they are shown themselves
_DIGITS = (4, 6, 9, 12, 17)

_Numbers = np.ndarray[Any, Any]


def error_map(shown: Mismatch, mismatches: Sequence[Mismatch]) -> ErrorMap | None:
    """Where the answer is wrong, and by how much.

    The smallest counterexample says least in a picture: of the mismatches of the same tensor the largest is drawn.

    Args:
        shown: the mismatch that the learner is shown.
        mismatches: all of the check.

    Returns:
        None where there is nothing to draw: another type or shape, or so few numbers that they are shown themselves.
    """
    if not _drawable(shown):
        return None
    alike = [m for m in mismatches if m is not shown and m.name == shown.name and _drawable(m)]
    drawn = max([shown, *alike], key=lambda m: _size(m.expected))  # the first of equals: the one shown
    if _size(drawn.expected) <= WHOLE:
        return None
    actual, expected = _folded(drawn.actual), _folded(drawn.expected)
    with np.errstate(all="ignore"):
        alike_too = (actual == expected) | (np.isnan(actual) & np.isnan(expected))
        errors = np.where(alike_too, 0.0, np.abs(actual - expected)).astype(np.float64)
    errors[~np.isfinite(errors)] = np.nan
    finite = errors[np.isfinite(errors)]
    whole = np.abs(expected[np.isfinite(expected)])
    wrong = ~(errors <= drawn.tolerance)
    worst = int(np.argmax(np.where(np.isnan(errors), np.inf, errors)))
    corner, yours, right = _window(actual, expected, worst)
    return ErrorMap(
        name=drawn.name,
        shape=tuple(int(n) for n in as_array(drawn.expected).shape),
        errors=tuple(rounded(row, 3) for row in pool(errors)),
        largest=_short(finite.max() if finite.size else 0.0),
        scale=_short(whole.max() if whole.size else 0.0),
        tolerance=float(f"{drawn.tolerance:.3g}"),
        wrong=int(wrong.sum()),
        corner=corner,
        yours=yours,
        expected=right,
        larger=drawn is not shown and _size(drawn.expected) > _size(shown.expected),
    )


def curves(context: CheckContext, visibility: Visibility) -> tuple[Curve, ...]:
    """The training curves that a check recorded; of a hidden one the submission's own values and the baselines."""
    whole = visibility is Visibility.VISIBLE
    return tuple(
        Curve(
            name=curve.name,
            series=tuple(Series(*series) for series in curve.series if whole or series[0] != REFERENCE),
            steps=curve.steps,
            baselines=tuple(Level(*line) for line in curve.baselines),
            band=curve.band if whole else None,
            broken=curve.broken,
        )
        for curve in context.figures.values()
        if isinstance(curve, RecordedCurve)
    )


def maps(context: CheckContext, visibility: Visibility) -> tuple[WeightMap, ...]:
    """The matrices that a visible check recorded."""
    recorded = [figure for figure in context.figures.values() if isinstance(figure, RecordedMap)]
    return tuple(WeightMap(m.name, m.shape, m.rows, m.labels) for m in recorded if visibility is Visibility.VISIBLE)


def pictures(context: CheckContext, visibility: Visibility) -> tuple[Picture, ...]:
    """What else a visible check recorded."""
    drawn: list[Picture] = []
    for figure in context.figures.values() if visibility is Visibility.VISIBLE else ():
        match figure:
            case RecordedGraph(name, nodes):
                drawn.append(BuiltGraph(name, tuple(GraphNode(n.name, n.lines, n.right, n.to) for n in nodes)))
            case RecordedPoints(name, points, span, regions):
                drawn.append(Points(name, points, span, regions))
            case RecordedHistogram(name, low, high, series):
                drawn.append(Histogram(name, low, high, tuple(Series(*each) for each in series)))
    return tuple(drawn)


def _drawable(mismatch: Mismatch) -> bool:
    """Whether both sides are tensors or arrays of floats, of one shape."""
    if mismatch.kind not in {"values", "finite"}:
        return False
    sides = (mismatch.actual, mismatch.expected)
    if not all(is_tensor(side) or type(side) is np.ndarray for side in sides):
        return False
    arrays = [as_array(side) for side in sides]
    numeric = all(array.dtype.kind in "fc" for array in arrays)  # how far a token or a label is off means nothing
    return numeric and arrays[0].shape == arrays[1].shape and arrays[0].ndim > 0 and arrays[0].size > 0


def _size(value: Any) -> int:
    """How many numbers, and 0 of what is too large to look at."""
    size = int(as_array(value).size)
    return size if size <= _MOST else 0


def _folded(value: Any) -> _Numbers:
    """The tensor as a matrix, its last axis kept."""
    array = as_array(value)
    wide = np.complex128 if array.dtype.kind == "c" else np.float64
    return np.ascontiguousarray(array.reshape(-1, array.shape[-1]), dtype=wide)


def _window(
    actual: _Numbers, expected: _Numbers, worst: int
) -> tuple[tuple[int, int], tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]]:
    """The values around the worst, with so many digits that right and wrong can be told apart."""
    row, column = divmod(worst, expected.shape[1])
    top = max(0, min(row - _WINDOW // 2, expected.shape[0] - _WINDOW))
    left = max(0, min(column - _WINDOW // 2, expected.shape[1] - _WINDOW))
    place = (slice(top, top + _WINDOW), slice(left, left + _WINDOW))
    yours: tuple[tuple[str, ...], ...] = ()
    right: tuple[tuple[str, ...], ...] = ()
    for digits in _DIGITS:
        yours, right = _texts(actual[place], digits), _texts(expected[place], digits)
        if yours[row - top][column - left] != right[row - top][column - left]:
            break
    return (top, left), yours, right


def _texts(values: _Numbers, digits: int) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(number(value, digits) for value in row) for row in values)


def _short(value: Any) -> float:
    return float(f"{float(value):.4g}")
