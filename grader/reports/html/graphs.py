"""The backward graph of lecture5.atomic: 26 gradients, hand-set, and which of them are right.

The loss stands at the top and the embedding table at the bottom: the order in which the gradients are written. An arrow
leads from a gradient to those that are computed from it.
"""

from __future__ import annotations

import re

import msgspec

from grader.reports.html.view import CheckView, ExerciseView
from grader.reports.model import ExerciseResult, Verdict

_COLUMN, _ROW = 134, 44
_BOX = (122, 26)
_MARGIN = 8

# name: (column, row, the gradients that it flows to)
_ATOMIC = {
    "loss": (1, 0, "logprobs"),
    "logprobs": (1, 1, "probs"),
    "probs": (1, 2, "counts_sum_inv counts"),
    "counts_sum_inv": (2, 3, "counts_sum"),
    "counts_sum": (2, 4, "counts"),
    "counts": (1, 5, "norm_logits"),
    "norm_logits": (1, 6, "logit_maxes logits"),
    "logit_maxes": (2, 7, "logits"),
    "logits": (1, 8, "h W2 b2"),
    "W2": (0, 9, ""),
    "h": (1, 9, "hpreact"),
    "b2": (2, 9, ""),
    "hpreact": (1, 10, "bngain bnraw bnbias"),
    "bngain": (0, 11, ""),
    "bnraw": (1, 11, "bnvar_inv bndiff"),
    "bnbias": (2, 11, ""),
    "bnvar_inv": (2, 12, "bnvar"),
    "bnvar": (2, 13, "bndiff2"),
    "bndiff2": (2, 14, "bndiff"),
    "bndiff": (1, 15, "bnmeani hprebn"),
    "bnmeani": (2, 16, "hprebn"),
    "hprebn": (1, 17, "W1 embcat b1"),
    "W1": (0, 18, ""),
    "embcat": (1, 18, "emb"),
    "b1": (2, 18, ""),
    "emb": (1, 19, "C"),
    "C": (1, 20, ""),
}
_GRAPHS = {"lecture5.atomic": _ATOMIC}
_CASE = re.compile(r"^test_alone\[(.+)\]$")


class Node(msgspec.Struct, frozen=True):
    """A gradient of the graph."""

    name: str
    state: str  # right, wrong, idle (not reached) or given
    mark: str
    x: int
    y: int
    anchor: str  # of the check that tells more, if one does


class Graph(msgspec.Struct, frozen=True):
    """The graph as boxes and arrows."""

    width: int
    height: int
    box: tuple[int, int]
    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]  # (path, state of the gradient that it leads to)
    right: tuple[str, ...]
    wrong: tuple[str, ...]
    idle: tuple[str, ...]

    @property
    def words(self) -> str:
        """The graph for those who do not see it."""
        parts = []
        for what, names in (("right", self.right), ("wrong", self.wrong), ("not reached", self.idle)):
            listed = f": {', '.join(names)}" if 0 < len(names) < len(self.nodes) - 1 else ""
            parts.append(f"{len(names)} {what}{listed}")
        return f"Backward graph of {len(self.nodes) - 1} gradients; {'; '.join(parts)}."


def backward_graph(exercise: ExerciseView) -> Graph | None:
    """The graph of an exercise that has one, once any of it was written."""
    layout = _GRAPHS.get(exercise.result.exercise)
    if layout is None:
        return None
    states, told = _states(exercise.result), exercise.told
    one_cause = len(told) == 1 and len(told[0].checks) == len(exercise.result.checks) > 1
    if one_cause or not {"right", "wrong"} & set(states.values()):
        return None
    anchors = _anchors(told)
    marks = {"right": "✓", "wrong": "✗", "idle": "·", "given": ""}
    nodes = []
    for name, (column, row, _) in layout.items():
        state = "given" if name == "loss" else states.get(name, "idle")
        x, y = _MARGIN + column * _COLUMN, _MARGIN + row * _ROW
        nodes.append(Node(name, state, marks[state], x, y, anchors.get(name, "") if state == "wrong" else ""))
    by_name = {node.name: node for node in nodes}
    edges = tuple(
        (_arrow(by_name[name], by_name[to]), by_name[to].state)
        for name, (_, _, targets) in layout.items()
        for to in targets.split()
    )

    def named(state: str) -> tuple[str, ...]:
        return tuple(node.name for node in nodes if node.state == state)

    rows = max(row for _, row, _ in layout.values()) + 1
    return Graph(
        width=2 * _MARGIN + 2 * _COLUMN + _BOX[0],
        height=2 * _MARGIN + (rows - 1) * _ROW + _BOX[1],
        box=_BOX,
        nodes=tuple(nodes),
        edges=edges,
        right=named("right"),
        wrong=named("wrong"),
        idle=named("idle"),
    )


def _states(exercise: ExerciseResult) -> dict[str, str]:
    """Right, wrong or not reached, by the check of each gradient alone."""
    not_reached = {Verdict.NOT_STARTED, Verdict.BLOCKED, Verdict.MISSING, Verdict.GRADER_FAULT}
    states = {}
    for check in exercise.checks:
        case = _CASE.match(check.name)
        if case:
            reached = "idle" if check.verdict in not_reached else "wrong"
            states[case[1]] = "right" if check.verdict is Verdict.PASSED else reached
    return states


def _anchors(told: list[CheckView]) -> dict[str, str]:
    cases = ((_CASE.match(check.name), view.anchor) for view in told for check in view.checks)
    return {case[1]: anchor for case, anchor in cases if case}


def _arrow(source: Node, target: Node) -> str:
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
