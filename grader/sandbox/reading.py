"""What a stand-in must know of a learner's text: where an import may fail, and where decorators stand."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator, Sequence

_CATCHES = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
_ENDS = {"exit", "quit"}  # of Python, and of sys

Place = tuple[int | None, int | None, int | None, int | None]  # first and last line, first and last column


class Reading:
    """A file, read once it matters.

    Attributes:
        guarded: the first and last lines of statements within which the learner has seen to an import that fails.
        decorators: where decorators stand.
    """

    def __init__(self, text: str) -> None:
        self.guarded: list[tuple[int, int]] = []
        self.decorators: set[Place] = set()
        with contextlib.suppress(Exception):  # nested beyond what can be walked: then nothing is known of it
            for node in ast.walk(ast.parse(text)):
                self._look_at(node)

    def _look_at(self, node: ast.AST) -> None:
        match node:
            case ast.Try(body=body, handlers=handlers) if any(map(_goes_on, handlers)):
                self.guarded.append(_lines(body))
            case ast.With(items=items, body=body) if any(_suppresses(item.context_expr) for item in items):
                self.guarded.append(_lines(body))
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self.decorators.update(
                    (at.lineno, at.end_lineno, at.col_offset, at.end_col_offset) for at in node.decorator_list
                )

    def may_fail(self, line: int) -> bool:
        """Whether the learner says what to do where the import on this line fails."""
        return any(first <= line <= last for first, last in self.guarded)


def _lines(body: Sequence[ast.stmt]) -> tuple[int, int]:
    return body[0].lineno, body[-1].end_lineno or body[-1].lineno


def _goes_on(handler: ast.ExceptHandler) -> bool:
    """Whether it catches an import that fails, and does not end the program for it."""
    caught = list(_names(handler.type))
    if handler.type is not None and not _CATCHES.intersection(caught):
        return False
    return not any(isinstance(node, ast.Raise) or _is_end(node) for part in handler.body for node in ast.walk(part))


def _names(node: ast.expr | None) -> Iterator[str]:
    for part in node.elts if isinstance(node, ast.Tuple) else [node]:
        match part:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name


def _suppresses(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="suppress") | ast.Attribute(attr="suppress"), args=args):
            return any(_CATCHES.intersection(_names(arg)) for arg in args)
    return False


def _is_end(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in _ENDS
    return False
