"""Reading the graph that an author drew for an exercise: `exercises/<unit>/<exercise>.graph.toml`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader.course.course_file import CourseError
from grader.course.tables import read_toml
from grader.graph import Graph, Node
from grader.names import closest

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".graph.toml"
_KEYS = ("title", "caption", "alt", "check", "given", "rows", "edges")
_NOTHING = "."
_EXAMPLES = {
    "title": "Backward through the graph",
    "caption": "from the loss to the weights; each gradient was graded alone.",
    "alt": "Backward graph of 5 gradients",
    "check": "test_alone[{}]",
}


def read_graph(root: Path, unit: str, exercise: str) -> Graph | None:
    """Read the graph of an exercise; None where it has none.

    Args:
        root: the course's folder.
        unit: the unit's name.
        exercise: the exercise's name in it.

    Raises:
        CourseError: if the file is wrong.
    """
    name = f"exercises/{unit}/{exercise}{SUFFIX}"
    if not (root / name).exists():
        return None
    values = read_toml(root, name, _KEYS)
    texts = {key: _text(values, key, name) for key in _EXAMPLES}
    places = _places(values.get("rows"), name)
    given = _names(values.get("given", ""), "given", places, name)
    edges = values.get("edges", {})
    if not isinstance(edges, dict):
        raise CourseError(f'{name}: write the arrows as a table, `[edges]` and below it `loss = "probs logits"`.')
    _names(list(edges), "edges", places, name)
    arrows = {node: _names(targets, f"edges.{node}", places, name) for node, targets in edges.items()}
    for node, targets in arrows.items():
        for target in targets:
            if places[target][1] <= places[node][1]:
                raise CourseError(f"{name}: arrows lead down, so {target!r} must stand in a row below {node!r}.")
    check = texts.pop("check")
    nodes = tuple(
        Node(node, column, row, "" if node in given else check.replace("{}", node), arrows.get(node, ()))
        for node, (column, row) in places.items()
    )
    return Graph(**texts, nodes=nodes)


def _text(values: dict[str, Any], key: str, name: str) -> str:
    value = values.get(key)
    if not isinstance(value, str) or not value.strip():
        raise CourseError(f'{name}: {key} is missing, as in `{key} = "{_EXAMPLES[key]}"`.')
    if key == "check" and "{}" not in value:
        raise CourseError(f"{name}: check must hold {{}} where a node's name stands, and is {value!r}.")
    return value


def _places(rows: Any, name: str) -> dict[str, tuple[int, int]]:
    """Column and row of each node: its place among the words of the picture, ``.`` where there is none."""
    if not isinstance(rows, str) or not rows.strip(f"{_NOTHING} \t\n"):
        raise CourseError(
            f"{name}: place the nodes in `rows`, a text with a line for each row: names with spaces between them, "
            f"and `{_NOTHING}` where nothing stands."
        )
    places: dict[str, tuple[int, int]] = {}
    for row, line in enumerate(rows.strip("\n").split("\n")):
        for column, node in enumerate(line.split()):
            if node in places:
                raise CourseError(f"{name}: {node!r} stands in `rows` twice.")
            if node != _NOTHING:
                places[node] = column, row
    return places


def _names(value: Any, key: str, places: dict[str, tuple[int, int]], name: str) -> tuple[str, ...]:
    """The names of nodes in a text with spaces between them, or in a list."""
    words = value.split() if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise CourseError(f'{name}: {key} must be names of nodes, as in `"probs logits"`, and is {value!r}.')
    for word in words:
        if word not in places:
            meant = closest(word, places)
            advice = f"did you mean {meant!r}?" if meant else "place it there."
            raise CourseError(f"{name}: {key} names {word!r}, which is not in `rows`; {advice}")
    return tuple(words)
