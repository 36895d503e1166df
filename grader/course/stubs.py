"""Cutting stubs from solutions: what stands between `# solution` and `# end solution` becomes a `raise`."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from grader.course.course_file import CourseError, read_course_file
from grader.course.header import without_hints

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_START = "# solution"
_END = "# end solution"
_ALMOST = r"(?i)#+\s*(end\s*)?solution\s*[:.]?\s*"


@dataclass(frozen=True)
class Block:
    """A marked block of a solution: what the learner writes.

    Attributes:
        first: the line of `# solution`, counted from 1.
        last: the line of `# end solution`.
        indent: the white space before both markers.
        scope: the classes and functions around it, outermost first: ``("Value", "backward")``; empty at
            module level.
        in_function: whether the innermost of these is a function: then a `raise` takes the block's place.
        leaves_nothing: whether its removal would leave a class, an `if` or the like without a body.
    """

    first: int
    last: int
    indent: str
    scope: tuple[str, ...] = ()
    in_function: bool = False
    leaves_nothing: bool = False


def cut_stub(solution_text: str, exercise_id: str) -> str:
    """Make the stub of a solution; a stub comes back as it is.

    Args:
        solution_text: the solution's whole file.
        exercise_id: for the stub's messages, as in ``lecture5.cross_entropy``.

    Returns:
        The stub's whole file: in a function each marked block is now
        ``raise NotImplementedError("lecture5.cross_entropy: cross_entropy_backward is not written yet")``,
        at module and class level it is gone, and so are the hints. All else is as it was.

    Raises:
        CourseError: where a marker is unpaired, nested, wrongly indented, or encloses nothing.
    """
    where = f"solutions/{exercise_id.replace('.', '/')}.py"
    lines = solution_text.split("\n")
    for block in reversed(find_blocks(solution_text, where)):
        ending = "\r" if lines[block.first - 1].endswith("\r") else ""
        if block.in_function:
            symbol = ".".join(block.scope)
            body = f'raise NotImplementedError("{exercise_id}: {symbol} is not written yet")'
            lines[block.first - 1 : block.last] = [f"{block.indent}{body}{ending}"]
        elif block.leaves_nothing:
            lines[block.first - 1 : block.last] = [f"{block.indent}pass{ending}"]
        else:
            lines = _removed(lines, block)
    stub = without_hints("\n".join(lines), where)
    _parse(stub, f"the stub of {where}")
    return stub


def stub_of(exercise_id: str, solution: Path, stub: Path) -> str:
    """Give the text of an exercise's pristine stub: cut from its solution, or the stub itself without one.

    Raises:
        CourseError: where the solution cannot be cut, or marks nothing for the learner to write.
    """
    if not solution.is_file():
        return read_course_file(stub)
    text = read_course_file(solution)
    if not find_blocks(text, str(solution)):
        raise CourseError(
            f"{solution}: nothing is marked for the learner to write, so the stub would give the solution "
            f"away; put `{_START}` above and `{_END}` below it."
        )
    return cut_stub(text, exercise_id)


def find_blocks(text: str, where: str) -> list[Block]:
    """Find the marked blocks of a solution, from top to bottom.

    Raises:
        CourseError: as ``cut_stub``; also if the file is not Python.
    """
    tree = _parse(text, where)
    placed = [_placed(block, tree, where) for block in _pairs(text, where)]
    result = []
    for block, statements, inside in placed:
        gone = {id(s) for other, _, cut in placed for s in cut if not other.in_function}
        empty = bool(block.scope or statements is not tree.body) and all(id(s) in gone for s in statements)
        last = id(statements[-1]) in {id(s) for s in inside}  # of several blocks only one leaves a `pass`
        result.append(replace(block, leaves_nothing=empty and last and not block.in_function))
    return result


def _parse(text: str, where: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape is not this function's business
            return ast.parse(text)
    except SyntaxError as error:
        raise CourseError(f"{where}, line {error.lineno}: this is not valid Python: {error.msg}.") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise CourseError(f"{where}: Python cannot parse this file: {error}.") from error


def _pairs(text: str, where: str) -> Iterator[Block]:
    """Pair the markers; only comments count, never the same words inside a text."""
    open_: Block | None = None
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT or not re.fullmatch(_ALMOST, token.string):
            continue
        line, at = token.start[0], f"{where}, line {token.start[0]}"
        indent = token.line[: token.start[1]]
        if token.string not in (_START, _END):
            raise CourseError(f"{at}: write this marker as `{_START}` or `{_END}`, not {token.string!r}.")
        if indent.strip():
            raise CourseError(f"{at}: `{token.string}` must stand on a line of its own.")
        if token.string == _START:
            if open_ is not None:
                raise CourseError(
                    f"{at}: `{_START}` inside the block that line {open_.first} opened; close that one first."
                )
            open_ = Block(line, line, indent)
        elif open_ is None:
            raise CourseError(f"{at}: `{_END}` without a `{_START}` above it.")
        elif indent != open_.indent:
            raise CourseError(f"{at}: indent `{_END}` as `{_START}` on line {open_.first} is.")
        else:
            yield replace(open_, last=line)
            open_ = None
    if open_ is not None:
        raise CourseError(f"{where}, line {open_.first}: `{_START}` without an `{_END}` below it.")


def _placed(block: Block, tree: ast.Module, where: str) -> tuple[Block, list[ast.stmt], list[ast.stmt]]:
    """Find the statements that a block encloses, the list they are part of, and the scopes around them."""
    at = f"{where}, line {block.first}"
    node: ast.AST = tree
    while True:
        around: ast.stmt | None = None
        for statements in _statement_lists(node):
            touched = [s for s in statements if _first_line(s) < block.last and _last_line(s) > block.first]
            inside = [s for s in touched if _first_line(s) > block.first and _last_line(s) < block.last]
            if inside:
                _check(inside, touched, block, at)
                if _is_docstring(inside[0], node):
                    raise CourseError(f"{at}: the docstring belongs to the stub; put `{_START}` below it.")
                return block, statements, inside
            if touched and (len(touched) > 1 or around is not None):
                raise CourseError(f"{at}: the block cuts through a statement; enclose whole ones.")
            around = touched[0] if touched else around
        if around is None:
            raise CourseError(f"{at}: the block holds no statement; put the solution between its markers.")
        if not any(_statement_lists(around)):
            raise CourseError(f"{at}: the block lies inside a statement; enclose whole ones.")
        if isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            in_function = not isinstance(around, ast.ClassDef)
            block = replace(block, scope=(*block.scope, around.name), in_function=in_function)
        node = around


def _check(inside: list[ast.stmt], touched: list[ast.stmt], block: Block, at: str) -> None:
    if len(inside) != len(touched):
        raise CourseError(f"{at}: the block cuts through a statement; enclose whole ones.")
    if inside[0].col_offset != len(block.indent):
        raise CourseError(f"{at}: indent the markers as the statements between them.")


def _is_docstring(statement: ast.stmt, node: ast.AST) -> bool:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module):
        return False
    return statement is node.body[0] and ast.get_docstring(node) is not None


def _statement_lists(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """Yield every list of statements of a node: body, orelse, finalbody, and those of handlers and cases."""
    for _, value in ast.iter_fields(node):
        if isinstance(value, list) and value:
            if isinstance(value[0], ast.stmt):
                yield value
            elif isinstance(value[0], ast.ExceptHandler | ast.match_case):
                for part in value:
                    yield part.body


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(d.lineno for d in decorators)])


def _last_line(statement: ast.stmt) -> int:
    return statement.end_lineno or statement.lineno


def _removed(lines: list[str], block: Block) -> list[str]:
    """Drop a block with its markers, and keep the longer of the two gaps around it."""
    above, below = lines[: block.first - 1], lines[block.last :]
    gap_above = gap_below = 0
    while above and not above[-1].strip():
        above.pop()
        gap_above += 1
    while below and not below[0].strip():
        below.pop(0)
        gap_below += 1
    ending = "\r" if lines[block.first - 1].endswith("\r") else ""
    if not below:
        return [*above, ""]
    gap = max(gap_above, gap_below) if above else 0
    return [*above, *[ending] * gap, *below]
