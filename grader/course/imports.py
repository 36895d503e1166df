"""Which exercises a file builds on, read from its import statements."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from grader.course.parsing import nodes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.course.model import Course
    from grader.course.source import SourceFile

_ROOTS = ("exercises", "solutions")


def imports_of(source: SourceFile, course: Course) -> tuple[str, ...]:
    """Find the exercises that a file imports from directly, wherever in it the import stands.

    ``from .head import Head``, ``from . import head``, ``from ..lecture7.head import Head``,
    ``import lecture7.head`` and ``from exercises.lecture7 import head`` all count.

    Returns:
        Their ids in course order, without the file's own; none for a file that is not Python.
    """
    if source.fault:
        return ()
    found: set[str] = set()
    for parts in names_imported(source.text, source.module):
        inner = parts[1:] if parts[0] in _ROOTS else parts
        found.add(".".join(inner[:2]))
    return tuple(e.id for e in course.exercises if e.id in found and e.id != source.module)


def names_imported(text: str, module: str) -> Iterator[tuple[str, ...]]:
    """The dotted names that the import statements of a file mean, each in its parts; relative ones from the top.

    Args:
        text: the file; one that is not Python imports nothing.
        module: its dotted name below the top.

    Example:
        ``from ..lecture7.head import Head`` in lecture5.train -> lecture7.head and lecture7.head.Head
    """
    package = tuple(module.split(".")[:-1])
    for node in nodes_of(text):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level <= len(package) + 1:  # or it climbs out of the top
            base = package[: len(package) + 1 - node.level] if node.level else ()
            base = (*base, *node.module.split(".")) if node.module else base
            yield from (name for name in (base, *((*base, alias.name) for alias in node.names)) if name)
