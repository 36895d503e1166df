"""Every small edit of a module, each as a module of its own: a machine's mistakes.

Edits replace one stretch of the text, so that all else stays as its author wrote it. Two that give the same code to
the interpreter are one, and one that gives it the code of the original is none.
"""

from __future__ import annotations

import ast
import types
import warnings
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from grader.mutation import arithmetic, calls, statements
from grader.mutation.code import Code, Edit, plain

_RULES = (arithmetic.edits, calls.edits, statements.edits)


class Mutant(msgspec.Struct, frozen=True):
    """A module with one small edit.

    Attributes:
        kind: what sort of edit it is, in words.
        function: where it is, ``Head.forward``; empty at module level.
        line: on which line, counted from 1.
        old: the statement that changed, without comments; of one with a body its head, of one of many lines those
            that differ.
        new: what it has become.
        source: the whole module.
    """

    kind: str
    function: str
    line: int
    old: str
    new: str
    source: str


def mutants(text: str, lines: Iterable[range] | None = None) -> Iterator[Mutant]:
    """Edit a module in one place at a time, from top to bottom.

    Args:
        text: the module; it is Python.
        lines: where edits may be, each a range of lines counted from 1; everywhere when None.
    """
    code = Code(text)
    where = None if lines is None else [range(part.start, part.stop) for part in lines]
    seen = {fingerprint(text)}
    for edit in sorted(_edits(code, where), key=lambda edit: (edit.start, edit.end)):
        source = text[: edit.start] + edit.new + text[edit.end :]
        mark = fingerprint(source)
        if mark is None or mark in seen:
            continue
        seen.add(mark)
        old, new = _changed_lines(code, edit, source)
        yield Mutant(edit.kind, code.scope(edit.node), text.count("\n", 0, edit.start) + 1, old, new, source)


def _edits(code: Code, where: Sequence[range] | None) -> Iterator[Edit]:
    skipped = _not_code(code)
    for node in ast.walk(code.tree):
        if node in skipped or not _is_in(node, where):
            continue
        for rule in _RULES:
            for edit in rule(node, code):
                if where is None or any(_within(code, edit, part) for part in where):
                    yield edit


def _is_in(node: ast.AST, where: Sequence[range] | None) -> bool:
    line = getattr(node, "lineno", None)
    return where is None or line is None or any(line in part for part in where)


def _within(code: Code, edit: Edit, part: range) -> bool:
    first = code.text.count("\n", 0, edit.start) + 1
    last = code.text.count("\n", 0, max(edit.end - 1, edit.start)) + 1
    return first in part and last in part


def _not_code(code: Code) -> set[ast.AST]:
    """What decides nothing: annotations, docstrings, the words of exceptions; and f-strings, whose places are vague."""
    out: set[ast.AST] = set()
    for node in ast.walk(code.tree):
        inner: list[ast.AST | None] = []
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = node.args
            every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
            inner = [node.returns, *(argument.annotation for argument in every if argument is not None)]
        elif isinstance(node, ast.AnnAssign):
            inner = [node.annotation]
        elif isinstance(node, ast.Raise):
            inner = [node.exc, node.cause]
        elif isinstance(node, ast.Assert):
            inner = [node.msg]
        elif isinstance(node, ast.JoinedStr):
            inner = [node]
        out.update(child for one in inner if one is not None for child in ast.walk(one))
    return out


def _changed_lines(code: Code, edit: Edit, source: str) -> tuple[str, str]:
    """The whole statement around an edit, or the head of one with a body, before and after."""
    if edit.shown is not None:
        return edit.shown
    statement = code.statement(edit.node)
    start, end = edit.start, edit.end
    if statement is not None:
        first, last = code.span(statement)
        body = getattr(statement, "body", None)
        if isinstance(body, list) and body:
            last = code.span(body[0])[0]
        start, end = min(start, first), max(end, last)
    start = code.text.rfind("\n", 0, start) + 1
    grown = len(source) - len(code.text)
    return _trimmed(plain(code.text[start:end]), plain(source[start : end + grown]))


def _trimmed(old: str, new: str) -> tuple[str, str]:
    """Two pieces of code without the lines that they begin and end with alike, as far as something is left of each."""
    before, after = old.split("\n"), new.split("\n")
    while len(before) > 1 and len(after) > 1 and before[-1] == after[-1]:
        del before[-1], after[-1]
    while len(before) > 1 and len(after) > 1 and before[0] == after[0]:
        del before[0], after[0]
    return plain("\n".join(before)), plain("\n".join(after))


def fingerprint(text: str) -> object | None:
    """What the interpreter makes of a text, lines and columns left out; None where it is not Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "is" with a literal: a mutant may be silly
            return _essence(compile(text, "<mutant>", "exec", dont_inherit=True, optimize=0))
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
        return None


def _essence(code: types.CodeType) -> object:
    constants = tuple(
        _essence(one) if isinstance(one, types.CodeType) else (type(one).__name__, repr(one)) for one in code.co_consts
    )
    return code.co_code, code.co_names, code.co_varnames, code.co_freevars, constants, code.co_exceptiontable
