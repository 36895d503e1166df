"""Which exercises a file builds on, read from its import statements."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from grader.course.parsing import nodes_of

if TYPE_CHECKING:
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
    package = source.module.split(".")[:-1]
    found: set[str] = set()
    for node in nodes_of(source.text):
        if isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level > len(package) + 1:
                continue  # climbs out of the submission
            base = package[: len(package) + 1 - node.level] if node.level else []
            base = base + (node.module.split(".") if node.module else [])
            names = [base, *([*base, alias.name] for alias in node.names)]
        else:
            continue
        for parts in names:
            inner = parts[1:] if parts[:1] and parts[0] in _ROOTS else parts
            found.add(".".join(inner[:2]))
    return tuple(e.id for e in course.exercises if e.id in found and e.id != source.module)
