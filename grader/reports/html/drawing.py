"""Geometry of the pictures: from numbers to paths of SVG. Colours and words are the templates'."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import msgspec

from grader.reports.figures import curve_range, error_class, few_digits, from_to, in_words
from grader.reports.model import Curve, ErrorMap, WeightMap

Rows = Sequence[Sequence[float | None]]

_CELL, _SMALL_CELL, _FEW_ROWS = 15, 11, 12  # of a grid, in pixels
_GUTTER = 26  # for the numbers of rows and columns

# One scale for every error map of a page: the classes of `error_class`, in words and as classes of the style sheet.
ERROR_LEVELS = (
    ("right", "e0"),
    ("below 10⁻⁶", "e1"),
    ("10⁻⁶ to 10⁻⁴", "e2"),
    ("10⁻⁴ to 1%", "e3"),
    ("1 to 10%", "e4"),
    ("10 to 100%", "e5"),
    ("above 100%", "e6"),
    ("NaN or Inf", "en"),
)
_SHADES = 10


class Layer(msgspec.Struct, frozen=True):
    """All cells of one colour, as one path."""

    kind: str
    path: str


class Grid(msgspec.Struct, frozen=True):
    """A matrix as coloured cells."""

    cell: int
    width: int
    height: int
    layers: tuple[Layer, ...]
    left: int
    top: int
    rows: int
    columns: int
    last_row: int  # the number of the last row of the matrix itself
    last_column: int
    pooled: bool


class Line(msgspec.Struct, frozen=True):
    """One line of a plot."""

    kind: str
    name: str
    path: str
    text: str
    y: float = 0.0
    labelled: bool = True


class Tick(msgspec.Struct, frozen=True):
    """A number at an axis."""

    at: float
    text: str


class Plot(msgspec.Struct, frozen=True):
    """A curve with its axes, and the same in words."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    series: tuple[Line, ...]
    baselines: tuple[Line, ...]
    band: tuple[float, float] | None
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    words: str
    above: float | None  # the highest value, where it lies beyond the picture


def error_grid(errors: ErrorMap) -> Grid:
    """Where an answer is wrong, as cells."""
    shape = errors.shape
    folded = (math.prod(shape[:-1]), shape[-1])

    def colour(error: float | None) -> str:
        return ERROR_LEVELS[error_class(error, errors.scale, errors.tolerance)][1]

    return _grid(errors.errors, folded, colour)


def weight_grid(weights: WeightMap) -> Grid:
    """A matrix as shades: from 0 (or its least) to its greatest value."""
    values = [value for row in weights.rows for value in row if value is not None]
    low, high = min([0.0, *values]), max([0.0, *values])
    span = (high - low) or 1.0

    def shade(value: float | None) -> str:
        return "en" if value is None else f"w{min(int((value - low) / span * _SHADES), _SHADES - 1)}"

    return _grid(weights.rows, weights.shape, shade)


def _grid(rows: Rows, shape: tuple[int, int], kind_of: Callable[[float | None], str]) -> Grid:
    paths: dict[str, list[str]] = {}
    cell = _CELL if len(rows) <= _FEW_ROWS else _SMALL_CELL
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            x, y, size = _GUTTER + j * cell, _GUTTER + i * cell, cell - 1
            paths.setdefault(kind_of(value), []).append(f"M{x} {y}h{size}v{size}h-{size}z")
    columns = len(rows[0]) if rows else 0
    return Grid(
        cell=cell,
        width=_GUTTER + max(columns, 3) * cell + 8,  # the last number may stand out
        height=_GUTTER + len(rows) * cell,
        layers=tuple(Layer(kind, "".join(cells)) for kind, cells in sorted(paths.items())),
        left=_GUTTER,
        top=_GUTTER,
        rows=len(rows),
        columns=columns,
        last_row=shape[0] - 1,
        last_column=shape[1] - 1,
        pooled=(len(rows), columns) != tuple(shape),
    )


def plot(curve: Curve) -> Plot:
    """A training curve with what it is measured by."""
    width, height, left, right, top, bottom = 420, 230, 40, 12, 12, 30
    low, high, highest = curve_range(curve)
    margin = 0.05 * (high - low) or 0.5
    low, high = low - margin, high + margin

    def y_of(value: float) -> float:
        share = (min(max(value, low), high) - low) / (high - low)
        return round(height - bottom - share * (height - top - bottom), 1)

    room = width - left - right
    lines = tuple(
        Line(
            "reference" if series.name == "reference" else f"yours line{place}",
            series.name,
            _path(series.values, lambda share: round(left + share * room, 1), y_of),
            from_to(series.values),
        )
        for place, series in enumerate(curve.series)
    )
    return Plot(
        width=width,
        height=height,
        left=left,
        right=width - right,
        top=top,
        bottom=height - bottom,
        series=lines,
        baselines=_baselines(curve, y_of, left, width - right),
        band=(y_of(curve.band[1]), y_of(curve.band[0])) if curve.band else None,
        x_ticks=tuple(
            Tick(round(left + share * room, 1), str(round(share * curve.steps))) for share in (0.0, 0.5, 1.0)
        ),
        y_ticks=tuple(Tick(y_of(tick), few_digits(tick)) for tick in _ticks(low, high)),
        words=in_words(curve),
        above=highest if highest > high else None,
    )


def _path(values: Sequence[float | None], x_of: Callable[[float], float], y_of: Callable[[float], float]) -> str:
    """A line with gaps where a value is not finite; a single value is a short dash."""
    pieces, pen_down = [], False
    last = max(len(values) - 1, 1)
    for place, value in enumerate(values):
        if value is None:
            pen_down = False
            continue
        pieces.append(f"{'L' if pen_down else 'M'}{x_of(place / last)} {y_of(value)}")
        pen_down = True
    return "".join(pieces) + ("h4" if len(pieces) == 1 else "")


def _baselines(curve: Curve, y_of: Callable[[float], float], left: int, right: int) -> tuple[Line, ...]:
    lines: list[Line] = []
    taken: list[float] = []
    for line in curve.baselines:
        y = y_of(line.value)
        free = all(abs(y - other) >= 13 for other in taken)
        if free:
            taken.append(y)
        lines.append(Line("baseline", line.name, f"M{left} {y}H{right}", few_digits(line.value), y, free))
    return tuple(lines)


def _ticks(low: float, high: float) -> Iterable[float]:
    """Three to six round numbers."""
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough)
    first = math.ceil(low / step)
    return [round(n * step, 12) for n in range(first, math.floor(high / step) + 1)]
