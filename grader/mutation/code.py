"""The text of a module beside its tree: where each node stands, whose it is, and what is written there."""

from __future__ import annotations

import ast
import io
import textwrap
import tokenize
from functools import cached_property

import msgspec

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_ATOMS = (ast.Name, ast.Constant, ast.Attribute, ast.Call, ast.Subscript, ast.List, ast.Dict, ast.Set)


class Edit(msgspec.Struct, frozen=True):
    """One place of a text, and what to write there instead.

    Attributes:
        kind: what sort of edit it is, in words.
        node: the node that is edited, or whose part is.
        start: where the old text begins.
        end: where it ends.
        new: the new text.
        shown: how the edit is best told, before and after; the statement around it when None.
    """

    kind: str
    node: ast.AST
    start: int
    end: int
    new: str
    shown: tuple[str, str] | None = None


class Code:
    """A module's text and tree.

    Args:
        text: the module; it is Python.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self.lines = text.splitlines(keepends=True)
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line))
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def _offset(self, line: int, column: int) -> int:
        """The place of a line, counted from 1, and a column, which ``ast`` counts in bytes."""
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        return self._starts[line - 1] + (column if text.isascii() else len(text.encode()[:column].decode()))

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Where a node begins and ends."""
        place = node.lineno, node.col_offset, node.end_lineno, node.end_col_offset  # type: ignore[attr-defined]
        return self._offset(*place[:2]), self._offset(*place[2:])

    def of(self, node: ast.AST) -> str:
        """What is written for a node."""
        start, end = self.span(node)
        return self.text[start:end]

    def head(self, statement: ast.stmt) -> str:
        """A statement without comments; of one with a body, what stands before that."""
        start, end = self.span(statement)
        body = getattr(statement, "body", None)
        if isinstance(body, list) and body:
            end = self.span(body[0])[0]
        return plain(self.text[self.text.rfind("\n", 0, start) + 1 : start] + self.text[start:end])

    def atom(self, node: ast.AST) -> str:
        """What is written for a node, in parentheses where it might fall apart elsewhere."""
        return self.of(node) if isinstance(node, _ATOMS) else f"({self.of(node)})"

    def replace(self, kind: str, node: ast.AST, new: str) -> Edit:
        """Write something else for a node."""
        return Edit(kind, node, *self.span(node), new)

    def between(self, kind: str, node: ast.AST, left: ast.AST, right: ast.AST, old: str, new: str) -> Edit | None:
        """Write something else for the operator between two operands; None where it cannot be told from the rest."""
        start, end = self.span(left)[1], self.span(right)[0]
        gap = "".join(" " * len(piece) if piece.startswith("#") else piece for piece in _pieces(self.text[start:end]))
        at = gap.find(old)
        return Edit(kind, node, start + at, start + at + len(old), new) if at >= 0 else None

    def scope(self, node: ast.AST) -> str:
        """The classes and functions around a node, ``Head.forward``; empty at module level."""
        names: list[str] = []
        above: ast.AST | None = node
        while above is not None:
            above = self.parents.get(above)
            if isinstance(above, _SCOPES):
                names.append(above.name)
        return ".".join(reversed(names))

    def statement(self, node: ast.AST) -> ast.stmt | None:
        """The innermost statement that holds a node, or the node itself."""
        above: ast.AST | None = node
        while above is not None and not isinstance(above, ast.stmt):
            above = self.parents.get(above)
        return above

    @cached_property
    def modules(self) -> frozenset[str]:
        """The names of imported modules: ``torch``, ``np``, ``F``."""
        imports = [node for node in ast.walk(self.tree) if isinstance(node, ast.Import | ast.ImportFrom)]
        names = [alias.asname or alias.name.partition(".")[0] for node in imports for alias in node.names]
        return frozenset(names)

    @cached_property
    def uses_torch(self) -> bool:
        """Whether torch is imported, or else NumPy at most."""
        return any(isinstance(node, ast.Name) and node.id in {"torch", "nn", "F"} for node in ast.walk(self.tree))


def root_of(node: ast.AST) -> str:
    """The name that a dotted expression begins with, ``torch`` of ``torch.nn.init``; empty for any other."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def plain(text: str) -> str:
    """A piece of code without comments and empty lines, as far to the left as it goes."""
    lines = ("".join(_pieces(line, comments=False)).rstrip() for line in text.split("\n"))
    return textwrap.dedent("\n".join(line for line in lines if line))


def _pieces(text: str, *, comments: bool = True) -> list[str]:
    """Cut a piece of code at its comments. What cannot be read as Python is one piece."""
    found: list[str] = []
    for line in text.splitlines(keepends=True):
        at = _comment_in(line)
        found.append(line if at is None else line[:at])
        if at is not None and comments:
            found.append(line[at:].rstrip("\n"))
        if at is not None and line.endswith("\n"):
            found.append("\n")
    return found


def _comment_in(line: str) -> int | None:
    """Where in a line a comment begins."""
    if "#" not in line:
        return None
    try:
        for token in tokenize.generate_tokens(io.StringIO(line).readline):
            if token.type == tokenize.COMMENT:
                return token.start[1]
    except (tokenize.TokenError, SyntaxError):  # a bracket or a string that goes on: look at what comes before "#"
        before = line[: line.rindex("#")]
        return line.rindex("#") if before.count('"') % 2 == 0 and before.count("'") % 2 == 0 else None
    return None
