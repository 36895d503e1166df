"""Pictures that a check asks for, as numbers: curves, maps, graphs, points, histograms. A report draws them.

They are kept whether the check passes or fails, and are small whatever is handed in: a long curve becomes the means of
equal stretches, a large map the largest value of each block.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from grader.checks.context import current
from grader.checks.in_words import as_array, is_tensor

REFERENCE = "reference"
POINTS = 120  # of one curve, at most
ROWS, COLUMNS = 32, 32  # of one map, at most: the 27 characters of the lectures fit
NODES = 40  # of one graph, at most
BINS = 40  # of one histogram
_MOST_POINTS = 600
_MOST_FIGURES = 8
_MOST_SERIES = 6
_LONGEST_SERIES = 1_000_000

Numbers = tuple[float | None, ...]  # None: not finite


class RecordedCurve(msgspec.Struct, frozen=True):
    """A training curve: the submission's own values first, then those that it is measured by.

    Attributes:
        name: what is drawn, ``loss``.
        series: (name, values); each value is the mean of an equal stretch of the steps. That of what is right is called
            ``REFERENCE``, all others are the submission's own.
        steps: how many values there were before they were averaged.
        baselines: (name, value): horizontal lines.
        band: where the end of the curve should lie.
        broken: the first step whose value is not finite.
    """

    name: str
    series: tuple[tuple[str, Numbers], ...]
    steps: int
    baselines: tuple[tuple[str, float], ...] = ()
    band: tuple[float, float] | None = None
    broken: int | None = None


class RecordedMap(msgspec.Struct, frozen=True):
    """A matrix to look at, such as the weights of an attention head.

    Attributes:
        name: what is drawn, ``attention``.
        shape: the shape that the matrix had.
        rows: its values, or the largest of each block where it was larger.
        labels: what the rows and columns stand for, such as tokens; empty for numbers.
    """

    name: str
    shape: tuple[int, int]
    rows: tuple[Numbers, ...]
    labels: tuple[str, ...] = ()


class RecordedNode(msgspec.Struct, frozen=True):
    """One node of a graph that the submission built.

    Attributes:
        name: what stands first in its box, ``a`` or ``*``.
        lines: what stands below, ``data 2`` or ``grad 1, not 3``.
        right: whether it is as it should be; None where nobody asks.
        to: the numbers of the nodes that its arrows lead to.
    """

    name: str
    lines: tuple[str, ...] = ()
    right: bool | None = None
    to: tuple[int, ...] = ()


class RecordedGraph(msgspec.Struct, frozen=True):
    """A graph that the submission built, such as that of an expression."""

    name: str
    nodes: tuple[RecordedNode, ...]


class RecordedPoints(msgspec.Struct, frozen=True):
    """Points in a plane, such as an embedding of two dimensions, over the regions that a model divides it into.

    Attributes:
        name: what is drawn.
        points: (x, y, kind, label); kinds are numbered from 0.
        span: what is drawn of the plane, (left, right, bottom, top).
        regions: the model's value on a grid over the span, bottom row first, from -1 to 1; empty without regions.
    """

    name: str
    points: tuple[tuple[float, float, int, str], ...]
    span: tuple[float, float, float, float]
    regions: tuple[Numbers, ...] = ()


class RecordedHistogram(msgspec.Struct, frozen=True):
    """How often numbers lie where: the share of each bin, from ``low`` to ``high``, for each of several series."""

    name: str
    low: float
    high: float
    series: tuple[tuple[str, Numbers], ...]


def record_curve(
    name: str,
    values: Any,
    *,
    reference: Any = None,
    baselines: Mapping[str, float] | None = None,
    band: tuple[float, float] | None = None,
) -> None:
    """Keep a training curve for the report; call it before the comparison that may fail.

    What is no list of numbers is left out without a word: its kind is for the check's comparisons to judge. A second
    curve of the same name takes the place of the first. In a hidden check the reference and the band are not shown.

    Args:
        name: what is drawn, ``loss``.
        values: one number a step, as the submission returned them: a list, tuple, array or tensor; or several such by
            name, ``{"W1": …, "W2": …}``, to be drawn into one picture.
        reference: one number a step, of the right training run.
        baselines: horizontal lines by name, ``{"uniform": 3.3, "bigram": 2.45}``.
        band: where the end of the curve should lie, (low, high).

    Example:
        ``record_curve("loss", losses, reference=expected, baselines={"bigram": bigram_loss})``
    """
    given = values if isinstance(values, Mapping) else {"yours": values}
    found = {str(key): numbers for key, each in given.items() if (numbers := _floats(each)) is not None}
    if not found:
        return
    series = [(key, _means(numbers)) for key, numbers in list(found.items())[:_MOST_SERIES]]
    yours = next(iter(found.values()))
    right = _floats(reference)
    if right is not None:
        series.append((REFERENCE, _means(right)))
    lines = {str(key): float(value) for key, value in (baselines or {}).items() if math.isfinite(value)}
    broken = np.flatnonzero(~np.isfinite(yours))
    curve = RecordedCurve(
        name,
        tuple(series),
        len(yours),
        tuple(list(lines.items())[:_MOST_SERIES]),
        None if band is None else (float(band[0]), float(band[1])),
        int(broken[0]) if len(broken) else None,
    )
    _keep(curve)


def record_map(name: str, values: Any, *, labels: Sequence[str] = ()) -> None:
    """Keep a matrix for the report, such as the weights of one attention head, (T, T).

    What is no matrix of numbers is left out without a word. In a hidden check it is not shown.

    Args:
        name: what is drawn, ``attention``.
        values: an array or tensor, (rows, columns).
        labels: what the rows and columns stand for, such as tokens.

    Example:
        ``record_map("attention", weights[0], labels=list("hello"))``
    """
    if not (is_tensor(values) or type(values) is np.ndarray):
        return
    array = as_array(values)
    if array.ndim != 2 or array.size == 0 or array.dtype.kind not in "biuf":
        return
    pooled = pool(array.astype(np.float64))
    few = tuple(str(label) for label in labels[: max(array.shape)]) if pooled.shape == array.shape else ()
    shape = (int(array.shape[0]), int(array.shape[1]))
    _keep(RecordedMap(name, shape, tuple(rounded(row) for row in pooled), few))


def record_graph(name: str, nodes: Sequence[RecordedNode]) -> None:
    """Keep a graph for the report: it is drawn from left to right, each node behind those that lead to it.

    Of a graph of more than ``NODES`` nodes the last ones are left out. In a hidden check it is not shown.

    Args:
        name: what is drawn, ``your expression``.
        nodes: its nodes; ``to`` counts them from 0.

    Example:
        ``record_graph("your expression", [RecordedNode("a", ("grad 1, not 2",), right=False, to=(1,)), …])``
    """
    few = nodes[:NODES]
    kept = [msgspec.structs.replace(node, to=tuple(n for n in node.to if 0 <= n < len(few))) for node in few]
    if kept:
        _keep(RecordedGraph(name, tuple(kept)))


def record_points(
    name: str, points: Any, *, kinds: Sequence[int] = (), labels: Sequence[str] = (), regions: Any = None
) -> None:
    """Keep points of a plane for the report, such as the first two dimensions of an embedding.

    What is no matrix of two columns of finite numbers is left out without a word. In a hidden check it is not shown.

    Args:
        name: what is drawn, ``the embedding``.
        points: (N, 2).
        kinds: a number from 0 for each point, by which they are coloured.
        labels: what to write at each point.
        regions: ``f(grid)``, asked for the values of a model, (M,), at the places (M, 2) of a grid over the picture;
            its sign divides the plane.

    Example:
        ``record_points("the embedding", C[:, :2], labels=list(".abc"))``
    """
    if not (is_tensor(points) or type(points) is np.ndarray):
        return
    array = as_array(points)
    if array.ndim != 2 or array.shape[1] != 2 or not 0 < len(array) <= _MOST_POINTS or array.dtype.kind not in "biuf":
        return
    array = array.astype(np.float64)
    if not np.isfinite(array).all():
        return
    low, high = array.min(0), array.max(0)
    margin = np.maximum(0.12 * (high - low), 1e-3)
    (left, bottom), (right, top) = (low - margin).tolist(), (high + margin).tolist()
    placed = tuple(
        (x, y, int(kinds[n]) if n < len(kinds) else 0, str(labels[n])[:20] if n < len(labels) else "")
        for n, (x, y) in enumerate(array.round(6).tolist())
    )
    divided: tuple[Numbers, ...] = ()
    if regions is not None:
        x, y = np.meshgrid(np.linspace(left, right, COLUMNS), np.linspace(bottom, top, COLUMNS))
        values = regions(np.stack([x.ravel(), y.ravel()], 1))
        found = np.asarray(values, dtype=np.float64).reshape(x.shape)
        divided = tuple(rounded(row, 3) for row in np.clip(found, -1, 1))
    _keep(RecordedPoints(name, placed, (left, right, bottom, top), divided))


def record_histogram(name: str, values: Mapping[str, Any], *, low: float, high: float) -> None:
    """Keep how numbers are distributed, for the report: the activations of each layer, for instance.

    Numbers beyond the bounds count in the outermost bins; those that are not finite are left out, and so is what is no
    array of numbers. In a hidden check it is not shown.

    Args:
        name: what is drawn, ``activations``.
        values: an array or tensor for each name, ``{"layer 1": h1, "layer 2": h2}``.
        low: where the first bin begins.
        high: where the last one ends.

    Example:
        ``record_histogram("activations", {"layer 1": h}, low=-1, high=1)``
    """
    series = []
    for label, given in list(values.items())[:_MOST_SERIES]:
        if not (is_tensor(given) or type(given) is np.ndarray):
            continue
        array = as_array(given)
        if array.dtype.kind not in "biuf":
            continue
        flat = array.astype(np.float64).ravel()
        flat = flat[np.isfinite(flat)].clip(low, high)
        if flat.size:
            counts, _ = np.histogram(flat, BINS, (low, high))
            series.append((str(label), rounded(counts / flat.size)))
    if series:
        _keep(RecordedHistogram(name, float(low), float(high), tuple(series)))


def pool(array: np.ndarray[Any, Any], rows: int = ROWS, columns: int = COLUMNS) -> np.ndarray[Any, Any]:
    """A matrix no larger than that: the largest value of each block, NaN if one is in it.

    [[1, 2, 3], [4, 5, 6]], at most 1 row of 2 columns -> [[5, 6]]
    """
    for axis, most in ((0, rows), (1, columns)):
        count = array.shape[axis]
        if count > most:
            starts = np.unique(np.linspace(0, count, most + 1).astype(int)[:-1])
            array = np.maximum.reduceat(array, starts, axis=axis)
    return array


def rounded(values: np.ndarray[Any, Any], digits: int = 4) -> Numbers:
    """Numbers with few digits; None for those that are not finite."""
    return tuple(float(f"{value:.{digits}g}") if math.isfinite(value) else None for value in values.tolist())


def _floats(values: Any) -> np.ndarray[Any, Any] | None:
    """One number a step; None for what is no such thing. Never asks a foreign object."""
    if type(values) in {list, tuple}:
        if not 0 < len(values) <= _LONGEST_SERIES:
            return None
        items = [value.item() if _one_number(value) else value for value in values]
        if not all(type(item) in {int, float, bool} for item in items):
            return None
        try:
            return np.asarray(items, dtype=np.float64)
        except OverflowError:  # an integer beyond the floats
            return None
    if is_tensor(values) or type(values) is np.ndarray:
        array = as_array(values)
        if array.ndim == 1 and 0 < array.size <= _LONGEST_SERIES and array.dtype.kind in "biuf":
            return array.astype(np.float64)
    return None


def _one_number(value: Any) -> bool:
    if isinstance(value, np.generic):
        return True
    return (is_tensor(value) or type(value) is np.ndarray) and math.prod(value.shape) == 1


def _means(values: np.ndarray[Any, Any]) -> Numbers:
    """The values, or the means of so many equal stretches."""
    if len(values) > POINTS:
        starts = np.linspace(0, len(values), POINTS + 1).astype(int)
        with np.errstate(all="ignore"):
            values = np.add.reduceat(values, starts[:-1]) / np.diff(starts)
    return rounded(values)


Figure = RecordedCurve | RecordedMap | RecordedGraph | RecordedPoints | RecordedHistogram


def _keep(figure: Figure) -> None:
    figures = current().figures
    if figure.name in figures or len(figures) < _MOST_FIGURES:
        figures[figure.name] = figure
