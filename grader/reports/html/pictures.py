"""Geometry of what a check recorded besides curves and maps: graphs, points, histograms."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from grader.reports.figures import few_digits
from grader.reports.html.drawing import Tick
from grader.reports.model import BuiltGraph, GraphNode, Histogram, Points

_MOST_NODES, _MOST_LINES, _LONGEST = 40, 3, 18
_COLUMN, _GAP, _MARGIN, _BOX, _LINE = 150, 16, 8, 112, 15
_WIDTH, _HEIGHT = 360, 300  # of a plane
_BAR, _ROW, _NAME = 8, 46, 110  # of a histogram: a bin's width, a series' height, room for its name
_KINDS = 4


class NodeBox(msgspec.Struct, frozen=True):
    """A node as a box: ``lines`` are its texts, each with its height from the top of the picture."""

    kind: str
    x: int
    y: int
    height: int
    lines: tuple[tuple[int, str], ...]


class BuiltDrawing(msgspec.Struct, frozen=True):
    """A graph from left to right."""

    width: int
    height: int
    box: int  # the width of each
    boxes: tuple[NodeBox, ...]
    arrows: tuple[str, ...]
    right: int
    wrong: int
    left_out: int
    words: str


class PlacedPoint(msgspec.Struct, frozen=True):
    """A point in the picture."""

    x: float
    y: float
    kind: str
    label: str


class PlaneDrawing(msgspec.Struct, frozen=True):
    """A plane with points; ``regions`` are the cells of each side, as paths."""

    width: int
    height: int
    points: tuple[PlacedPoint, ...]
    regions: tuple[tuple[str, str], ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    words: str


class HistogramRow(msgspec.Struct, frozen=True):
    """One series as a filled outline."""

    name: str
    y: int
    path: str
    outermost: str  # the share that lies in the two outermost bins


class HistogramDrawing(msgspec.Struct, frozen=True):
    """Series below each other, over one axis."""

    width: int
    height: int
    left: int
    right: int
    rows: tuple[HistogramRow, ...]
    ticks: tuple[Tick, ...]
    words: str


def built_graph(graph: BuiltGraph) -> BuiltDrawing:
    """Place each node one column behind the last of those that lead to it."""
    nodes = graph.nodes[:_MOST_NODES]
    arrows = [(start, end) for start, node in enumerate(nodes) for end in node.to if 0 <= end < len(nodes)]
    columns = _columns(len(nodes), arrows)
    boxes: list[NodeBox] = []
    below: dict[int, int] = {}
    for node, column in zip(nodes, columns, strict=True):
        lines = (node.name, *node.lines[:_MOST_LINES])
        y, height = below.get(column, _MARGIN), _LINE * len(lines) + 9
        below[column] = y + height + _GAP
        texts = tuple((y + 3 + _LINE * (n + 1), _short(line)) for n, line in enumerate(lines))
        boxes.append(NodeBox(_kind(node), _MARGIN + column * _COLUMN, y, height, texts))
    wrong = [node.name for node in nodes if node.right is False]
    right = sum(node.right is True for node in nodes)
    return BuiltDrawing(
        width=2 * _MARGIN + max(columns, default=0) * _COLUMN + _BOX,
        height=max(below.values(), default=_GAP) - _GAP + _MARGIN,
        box=_BOX,
        boxes=tuple(boxes),
        arrows=tuple(_arrow(boxes[start], boxes[end]) for start, end in arrows),
        right=right,
        wrong=len(wrong),
        left_out=len(graph.nodes) - len(nodes),
        words=f"{graph.name}: {len(nodes)} nodes; {right} right; {len(wrong)} wrong: {', '.join(wrong) or 'none'}",
    )


def _columns(count: int, arrows: Sequence[tuple[int, int]]) -> list[int]:
    """The length of the longest way to each node; arrows in a circle, which no expression has, end at ``count``."""
    columns = [0] * count
    for _ in range(count):
        moved = False
        for start, end in arrows:
            if start != end and columns[end] <= columns[start] < count - 1:
                columns[end], moved = columns[start] + 1, True
        if not moved:
            break
    return columns


def _kind(node: GraphNode) -> str:
    return "given" if node.right is None else "right" if node.right else "wrong"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _arrow(source: NodeBox, target: NodeBox) -> str:
    x1, y1 = source.x + _BOX, source.y + source.height // 2
    x2, y2 = target.x - 3, target.y + target.height // 2
    middle = (x1 + x2) // 2
    return f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"


def plane(points: Points) -> PlaneDrawing:
    """Points in a plane, over its regions."""
    left, right, bottom, top = points.span
    wide, high = (right - left) or 1.0, (top - bottom) or 1.0

    def x_of(x: float) -> float:
        return round((x - left) / wide * _WIDTH, 1) if math.isfinite(x) else 0.0

    def y_of(y: float) -> float:
        return round(_HEIGHT - (y - bottom) / high * _HEIGHT, 1) if math.isfinite(y) else 0.0

    placed = tuple(PlacedPoint(x_of(x), y_of(y), f"kind{kind % _KINDS}", label) for x, y, kind, label in points.points)
    labels = " ".join(point.label for point in placed if point.label)
    return PlaneDrawing(
        width=_WIDTH,
        height=_HEIGHT,
        points=placed,
        regions=_regions(points.regions),
        x_ticks=tuple(Tick(x_of(x), f"{x:.2g}") for x in (left, (left + right) / 2, right)),
        y_ticks=tuple(Tick(y_of(y), f"{y:.2g}") for y in (bottom, (bottom + top) / 2, top)),
        words=f"{points.name}: {len(placed)} points{': ' + labels if labels else ''}",
    )


def _regions(rows: Sequence[Sequence[float | None]]) -> tuple[tuple[str, str], ...]:
    """The cells where the model's value is positive, and those where it is not."""
    paths: dict[str, list[str]] = {}
    for i, row in enumerate(rows):
        width, height = _WIDTH / len(row), _HEIGHT / len(rows)
        for j, value in enumerate(row):
            kind = "en" if value is None else "region1" if value > 0 else "region0"
            x, y = j * width, _HEIGHT - (i + 1) * height
            paths.setdefault(kind, []).append(f"M{x:.1f} {y:.1f}h{width:.2f}v{height:.2f}h-{width:.2f}z")
    return tuple((kind, "".join(cells)) for kind, cells in sorted(paths.items()))


def histogram(recorded: Histogram) -> HistogramDrawing:
    """Each series as the outline of its bins, all to one scale but for bins that tower above it."""
    shares = [value or 0.0 for series in recorded.series for value in series.values]
    ordered = sorted(shares)
    top = max(ordered[int(0.97 * (len(ordered) - 1))] if ordered else 0.0, 1e-9)  # saturation piles up in two bins
    rows = []
    for number, series in enumerate(recorded.series):
        floor = _MARGIN + (number + 1) * _ROW - 6
        steps = [f"M{_NAME} {floor}"]
        for place, value in enumerate(series.values):
            height = floor - min((value or 0.0) / top, 1.25) * (_ROW - 14) / 1.25
            steps.append(f"V{height:.1f}H{_NAME + (place + 1) * _BAR}")
        ends = (series.values[0] or 0.0) + (series.values[-1] or 0.0) if series.values else 0.0
        rows.append(HistogramRow(_short(series.name), floor, f"{''.join(steps)}V{floor}z", f"{ends:.0%}"))
    bins = max((len(series.values) for series in recorded.series), default=1)
    right = _NAME + bins * _BAR
    low, high = recorded.low, recorded.high
    ticks = ((_NAME, low), ((_NAME + right) / 2, (low + high) / 2), (right, high))
    return HistogramDrawing(
        width=right + 62,
        height=_MARGIN + len(rows) * _ROW + 22,
        left=_NAME,
        right=right,
        rows=tuple(rows),
        ticks=tuple(Tick(at, few_digits(value)) for at, value in ticks),
        words=f"{recorded.name}: histograms of {', '.join(series.name for series in recorded.series)}",
    )
