"""The graph of an exercise: what its author places on a grid, and a report draws with what is right and wrong.

It stands in neither's package, as `grader.course` reads it and `grader.reports` draws it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """A value or gradient of the graph.

    Attributes:
        name: what stands in its box.
        column: its place from the left, from 0.
        row: its place from the top, from 0.
        check: the check that says whether it is right; empty where it is given.
        to: the names of the nodes that its arrows lead to.
    """

    name: str
    column: int
    row: int
    check: str
    to: tuple[str, ...]


@dataclass(frozen=True)
class Graph:
    """Nodes on a grid, and arrows between them.

    Attributes:
        title: the first words below the picture.
        caption: how they go on, behind a comma.
        alt: the picture for those who do not see it, ``Backward graph of 26 gradients``.
        nodes: from top to bottom, each row from left to right.
    """

    title: str
    caption: str
    alt: str
    nodes: tuple[Node, ...]
