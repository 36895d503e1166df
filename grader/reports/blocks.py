"""Figures of a report in letters: error maps in blocks, curves as sparklines."""

from __future__ import annotations

from collections.abc import Sequence

from grader.reports.figures import NOT_FINITE, curve_range, error_class, few_digits, from_to, shape_text
from grader.reports.lines import Charset, Line, Span, cell_width, crop, flow, wrap
from grader.reports.model import BuiltGraph, Curve, ErrorMap, Histogram, Picture, WeightMap

ROWS, COLUMNS = 8, 32
_MOST_NODES = 40
_WIDE = 12  # a map of so few columns gets cells of two letters, which look square
_HELPS = 0.8  # a map where more than this share is wrong shows no pattern

# For the classes of `error_class`: right, three below 1% of the largest number expected, and so on.
_MARKS = "·░░░▒▓█N"
_ASCII_MARKS = ".---+#@N"
_MEANS = ("right", "below 1%", "below 1%", "below 1%", "to 10%", "to 100%", "above", "NaN or Inf")
_BARS = "▁▂▃▄▅▆▇█"
_ASCII_BARS = "_.-=+*#@"
_SHADES = "·░▒▓█"
_ASCII_SHADES = ".-+#@"

Rows = Sequence[Sequence[float | None]]


def map_helps(errors: ErrorMap) -> bool:
    """Whether a map of the errors shows more than that all is wrong."""
    size = 1
    for length in errors.shape:
        size *= length
    return len(errors.errors) > 1 and errors.wrong <= _HELPS * size


def error_blocks(errors: ErrorMap, width: int, charset: Charset) -> list[Line]:
    """Where an answer is wrong: a small map, and what its letters mean."""
    marks = _ASCII_MARKS if charset.ascii else _MARKS
    classes = [[error_class(e, errors.scale, errors.tolerance) for e in row] for row in errors.errors]
    shown = _greatest_of_blocks(classes, ROWS, min(COLUMNS, max(width - 4, 8)))
    where = " of a larger input" if errors.larger else ""
    title = charset.clean(
        f"|yours − expected| of {errors.name} {shape_text(errors.shape)}{where}, in parts of the largest expected:"
    )
    lines: list[Line] = [(Span(text, "faint"),) for text in wrap(title, width)]
    lines += _cells([[marks[cell] for cell in row] for row in shown])
    means: dict[str, str] = {}
    for kind in sorted({cell for row in shown for cell in row}):
        means.setdefault(marks[kind], _MEANS[kind])
    legend = flow([f"{mark} {meaning}" for mark, meaning in means.items()], width - 2, " ")
    return lines + [(Span("  " + row, "faint"),) for row in legend]


def weight_blocks(weights: WeightMap, width: int, charset: Charset) -> list[Line]:
    """A matrix in shades, from 0 (or its least) to its greatest value."""
    shades = _ASCII_SHADES if charset.ascii else _SHADES
    values = [value for row in weights.rows for value in row if value is not None]
    low, high = min([0.0, *values]), max([0.0, *values])
    last = len(shades) - 1
    classes = [
        [NOT_FINITE if value is None else round((value - low) / (high - low or 1.0) * last) for value in row]
        for row in weights.rows
    ]
    shown = _greatest_of_blocks(classes, 2 * ROWS, min(COLUMNS, max(width - 4, 8)))
    title = f"{weights.name} {shape_text(weights.shape)}, from {few_digits(low)} to {few_digits(high)}:"
    lines: list[Line] = [(Span(text, "faint"),) for text in wrap(charset.clean(title), width)]
    return lines + _cells([["N" if cell == NOT_FINITE else shades[cell] for cell in row] for row in shown])


def picture_lines(picture: Picture, width: int, charset: Charset) -> list[Line]:
    """A picture in letters: the nodes of a graph, histograms as sparklines; of points that the page has them."""
    lines: list[Line] = [(Span(text, "faint"),) for text in wrap(charset.clean(f"{picture.name}:"), width)]
    match picture:
        case BuiltGraph(_, nodes):
            for node in nodes[:_MOST_NODES]:
                mark = " " if node.right is None else charset.passed if node.right else charset.failed
                text = charset.clean("  ".join((node.name, *node.lines)))
                lines.append((Span(crop(f"  {mark} {text}", width, charset), "failed" if node.right is False else ""),))
        case Histogram(_, low, high, series):
            bars = _ASCII_BARS if charset.ascii else _BARS
            column = max((len(each.name) for each in series), default=0) + 2
            for each in series:
                top = max([value for value in each.values if value is not None], default=0.0)
                line = _sparkline(each.values, 0.0, top, bars, max(min(COLUMNS, width - column - 4), 4))
                lines.append((Span(crop(f"  {charset.clean(each.name):<{column}}{line}", width, charset)),))
            lines.append((Span(crop(f"  from {few_digits(low)} to {few_digits(high)}", width, charset), "faint"),))
        case _:
            lines = [(Span(crop(charset.clean(f"{picture.name}: see the page."), width, charset), "faint"),)]
    return lines


def curve_lines(curve: Curve, width: int, charset: Charset) -> list[Line]:
    """Sparklines of one scale, and the baselines as numbers."""
    low, high, _ = curve_range(curve)
    bars = _ASCII_BARS if charset.ascii else _BARS
    column = max(len(series.name) for series in curve.series) + 2
    words = max(len(from_to(series.values)) for series in curve.series)
    room = max(min(COLUMNS, width - column - words - 4, max(len(series.values) for series in curve.series)), 4)
    title = charset.clean(f"{curve.name} over {curve.steps} steps:")
    lines: list[Line] = [(Span(crop(title, width, charset), "faint"),)]
    for series in curve.series:
        line = _sparkline(series.values, low, high, bars, room)
        text = f"  {charset.clean(series.name):<{column}}{line:<{room}}  {from_to(series.values)}"
        lines.append((Span(crop(text, width, charset)),))
    named = [f"{charset.clean(line.name)} {few_digits(line.value)}" for line in curve.baselines]
    if named:
        text = "beside it: " + f" {charset.dot} ".join(named)
        lines += [(Span("  " + row, "faint"),) for row in wrap(text, width - 2)]
    if curve.broken is not None:
        lines.append((Span(f"  not finite from step {curve.broken} on"),))
    return lines


def values_table(title: str, rows: Sequence[Sequence[str]], width: int, charset: Charset) -> list[Line]:
    """Numbers in columns under a title."""
    cells = [[charset.clean(cell) for cell in row] for row in rows]
    widths = [max(cell_width(row[i]) for row in cells) for i in range(len(cells[0]))]
    lines: list[Line] = [(Span(charset.clean(title), "faint"),)]
    for row in cells:
        text = "  ".join(f"{cell:>{column}}" for cell, column in zip(row, widths, strict=True))
        lines.append((Span("  " + crop(text, max(width - 2, 8), charset)),))
    return lines


def _sparkline(values: Sequence[float | None], low: float, high: float, bars: str, room: int) -> str:
    count = min(room, len(values))
    marks = []
    for place in range(count):
        part = values[place * len(values) // count : (place + 1) * len(values) // count]
        if any(value is None for value in part):
            marks.append("N")
            continue
        mean = sum(value for value in part if value is not None) / len(part)
        share = (min(max(mean, low), high) - low) / (high - low or 1.0)
        marks.append(bars[min(int(share * len(bars)), len(bars) - 1)])
    return "".join(marks)


def _cells(rows: Sequence[Sequence[str]]) -> list[Line]:
    repeat = 2 if rows and len(rows[0]) <= _WIDE else 1
    return [(Span("  " + "".join(mark * repeat for mark in row)),) for row in rows]


def _greatest_of_blocks(rows: Sequence[Sequence[int]], at_most: int, columns: int) -> list[list[int]]:
    """No more rows and columns than that; the greatest of each block."""
    return [[max(row[i] for row in block for i in part) for part in _blocks(len(rows[0]), columns)] for block in (
        [rows[i] for i in part] for part in _blocks(len(rows), at_most)
    )]  # fmt: skip


def _blocks(count: int, at_most: int) -> list[range]:
    parts = min(count, at_most)
    return [range(place * count // parts, (place + 1) * count // parts) for place in range(parts)]
