"""Drawing the graph that the course has for an exercise, with what is right and wrong in it."""

from __future__ import annotations

import msgspec

from grader.graph import Graph
from grader.reports.html.view import CheckView, ExerciseView
from grader.reports.model import ExerciseResult, Verdict

_COLUMN, _ROW = 134, 44
_BOX = (122, 26)
_MARGIN = 8


class Box(msgspec.Struct, frozen=True):
    """A node of the graph."""

    name: str
    state: str  # right, wrong, idle (not reached) or given
    mark: str
    x: int
    y: int
    anchor: str  # of the check that tells more, if one does


class GraphDrawing(msgspec.Struct, frozen=True):
    """The graph as boxes and arrows."""

    graph: Graph
    width: int
    height: int
    box: tuple[int, int]  # width and height of each
    boxes: tuple[Box, ...]
    arrows: tuple[str, ...]  # paths
    right: tuple[str, ...]
    wrong: tuple[str, ...]
    idle: tuple[str, ...]

    @property
    def words(self) -> str:
        """The graph for those who do not see it."""
        graded = len(self.right) + len(self.wrong) + len(self.idle)
        parts = []
        for what, names in (("right", self.right), ("wrong", self.wrong), ("not reached", self.idle)):
            listed = f": {', '.join(names)}" if 0 < len(names) < graded else ""
            parts.append(f"{len(names)} {what}{listed}")
        return f"{self.graph.alt}; {'; '.join(parts)}."


def graph_drawing(exercise: ExerciseView) -> GraphDrawing | None:
    """Draw the graph of an exercise that has one, once any of it was written."""
    graph = exercise.graph
    if graph is None:
        return None
    states, told = _states(graph, exercise.result), exercise.told
    one_cause = len(told) == 1 and len(told[0].checks) == len(exercise.result.checks) > 1
    if one_cause or not {"right", "wrong"} & set(states.values()):
        return None
    anchors = _anchors(told)
    marks = {"right": "✓", "wrong": "✗", "idle": "·", "given": ""}
    boxes = {}
    for node in graph.nodes:
        state = states[node.name]
        x, y = _MARGIN + node.column * _COLUMN, _MARGIN + node.row * _ROW
        anchor = anchors.get(node.check, "") if state == "wrong" else ""
        boxes[node.name] = Box(node.name, state, marks[state], x, y, anchor)

    def named(state: str) -> tuple[str, ...]:
        return tuple(name for name, of in states.items() if of == state)

    return GraphDrawing(
        graph=graph,
        width=2 * _MARGIN + max(node.column for node in graph.nodes) * _COLUMN + _BOX[0],
        height=2 * _MARGIN + max(node.row for node in graph.nodes) * _ROW + _BOX[1],
        box=_BOX,
        boxes=tuple(boxes.values()),
        arrows=tuple(_arrow(boxes[node.name], boxes[to]) for node in graph.nodes for to in node.to),
        right=named("right"),
        wrong=named("wrong"),
        idle=named("idle"),
    )


def _states(graph: Graph, exercise: ExerciseResult) -> dict[str, str]:
    """Right, wrong or not reached, by the check of each node; given where none says so."""
    not_reached = {Verdict.NOT_STARTED, Verdict.BLOCKED, Verdict.MISSING, Verdict.GRADER_FAULT}
    ended = {check.name: check.verdict for check in exercise.checks}
    states = {}
    for node in graph.nodes:
        verdict = ended.get(node.check, Verdict.NOT_STARTED)
        reached = "idle" if verdict in not_reached else "wrong"
        state = "right" if verdict is Verdict.PASSED else reached
        states[node.name] = state if node.check else "given"
    return states


def _anchors(told: list[CheckView]) -> dict[str, str]:
    return {check.name: view.anchor for view in told for check in view.checks}


def _arrow(source: Box, target: Box) -> str:
    """A curve from the lower edge of one box to the upper edge of the other."""
    x1, y1 = source.x + _BOX[0] // 2, source.y + _BOX[1]
    x2, y2 = target.x + _BOX[0] // 2, target.y - 3
    if x1 == x2:
        return f"M{x1} {y1}V{y2}"
    if y2 - y1 > _ROW:  # past boxes between them: down first, then over
        return f"M{x1} {y1}C{x1} {y2 - 26} {x1} {y2 - 16} {x2} {y2}"
    x1 += 30 if x2 > x1 else -30
    x2 += 30 if x2 < x1 else -30
    middle = (y1 + y2) // 2
    return f"M{x1} {y1}C{x1} {middle} {x2} {middle} {x2} {y2}"
