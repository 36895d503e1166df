"""A file of checks without those that are hidden, and without what only these need. The text alone is looked at."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Iterator

from grader.course import CourseError
from grader.course.definitions import names_of, needed_of

_MODULE = frozenset({*dir(builtins), "__file__", "__name__", "__doc__", "__package__", "__spec__"})
_LINE = 120
_PLAINLY = "Write each check as a function at the top level of its file, and what it uses as functions or assignments."
_MOST_BLANK = 2


def cut_checks(text: str, wanted: Collection[str], hidden: Collection[str], where: str) -> str:
    """Keep of a module what some of its names need.

    Args:
        text: the module.
        wanted: the names that are to stay: visible checks, the fixtures that these ask for.
        hidden: the checks that may not; a visible one that waits for such a one (``needs``) waits no more.
        where: the file, for messages.

    Returns:
        The statements that stay, with their comments; of imports what is used. Comments that stand alone are gone.

    Raises:
        CourseError: what is visible uses what is hidden, or a name is made in a way that cannot be followed.
    """
    tree = ast.parse(text, where)
    places = needed_of(tree.body, {*wanted, "pytestmark"})
    _demand_apart(tree, places, wanted, hidden, where)
    kept = [node for place, node in enumerate(tree.body) if place in places]
    used = names_of(node for node in kept if not isinstance(node, ast.Import | ast.ImportFrom)).read | set(wanted)
    cut = "".join(_segments(tree, text.splitlines(), kept, used, hidden))
    lost = unbound(cut) - unbound(text)
    if lost:
        raise CourseError(f"{where}: without the hidden checks nothing makes {', '.join(sorted(lost))}. {_PLAINLY}")
    return cut


def unbound(text: str) -> set[str]:
    """The names that a module reads and nothing in it makes: it could not run."""
    found = names_of(ast.parse(text).body)
    return found.read - found.bound - _MODULE


def _demand_apart(
    tree: ast.Module, places: set[int], wanted: Collection[str], hidden: Collection[str], where: str
) -> None:
    """See that what stays makes all that is wanted, and nothing that is hidden."""
    made: set[str] = set()
    for place, node in enumerate(tree.body):
        if place in places:
            bound = names_of([node]).bound
            secret = sorted(bound.intersection(hidden))
            if secret:
                raise CourseError(
                    f"{where}, line {node.lineno}: a visible check uses {secret[0]}, which is hidden, or is made with "
                    f"it. Put what both need into a function of its own. {_PLAINLY}"
                )
            made |= bound
    absent = sorted(set(wanted) - made)
    if absent:
        raise CourseError(f"{where}: no statement makes {absent[0]} by name. {_PLAINLY}")


def _segments(
    tree: ast.Module, lines: list[str], kept: list[ast.stmt], used: set[str], hidden: Collection[str]
) -> Iterator[str]:
    """The text of each statement that stays, with the comment right above it and the blank lines above that."""
    written, end = 0, 0  # lines that have been looked at: two statements may share one
    for node in tree.body:
        first, last = _first_line(node), node.end_lineno or node.lineno
        above = _comment_above(lines, first, end)
        blank = 0
        while above - blank - 2 >= end and not lines[above - blank - 2].strip():
            blank += 1
        end = max(end, last)
        if node not in kept or last <= written:
            continue
        body = _rewritten(node, lines[first - 1 : last], used, hidden)
        if not body:
            continue
        gap = min(blank, _MOST_BLANK) if written else 0
        yield "\n" * gap + "\n".join([*lines[above - 1 : first - 1], *body]) + "\n"
        written = last


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(made.lineno for made in decorators)])


def _comment_above(lines: list[str], first: int, end: int) -> int:
    """The line on which the comment begins that stands right above a statement; the statement's where there is none."""
    while first - 2 >= end and lines[first - 2].startswith("#"):
        first -= 1
    return first


def _rewritten(node: ast.stmt, lines: list[str], used: set[str], hidden: Collection[str]) -> list[str]:
    """The lines of a statement: as they are, unless it imports what is not used or waits for what is hidden."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return _import(node, lines, used)
    for decorator in reversed(getattr(node, "decorator_list", ())):
        names = _awaited(decorator)
        if names and not names.isdisjoint(hidden):
            assert isinstance(decorator, ast.Call)
            start = decorator.lineno - _first_line(node)
            stop = (decorator.end_lineno or decorator.lineno) - _first_line(node) + 1
            left = [ast.unparse(arg) for arg in decorator.args if getattr(arg, "value", None) not in hidden]
            lines[start:stop] = [f"@{ast.unparse(decorator.func)}({', '.join(left)})"] if left else []
    return lines


def _awaited(decorator: ast.expr) -> set[str]:
    """The checks that ``@needs("test_alone")`` names."""
    if not isinstance(decorator, ast.Call) or not ast.unparse(decorator.func).endswith("needs"):
        return set()
    return {arg.value for arg in decorator.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)}


def _import(node: ast.Import | ast.ImportFrom, lines: list[str], used: set[str]) -> list[str]:
    """An import of what is used; nothing where that is nothing."""
    if isinstance(node, ast.ImportFrom) and (node.module == "__future__" or node.names[0].name == "*"):
        return lines
    left = [alias for alias in node.names if (alias.asname or alias.name.partition(".")[0]) in used]
    if len(left) == len(node.names) or not left:
        return lines if left else []
    names = [ast.unparse(alias) for alias in left]
    if isinstance(node, ast.Import):
        return [f"import {', '.join(names)}"]
    head = f"from {'.' * node.level}{node.module or ''} import "
    line = head + ", ".join(names)
    return [line] if len(line) <= _LINE else [f"{head}(", *(f"    {name}," for name in names), ")"]


def taken_from(text: str, module: str) -> dict[tuple[str, ...], set[str]]:
    """What a module takes of others, ``*`` for all of it.

    Args:
        text: the module.
        module: its dotted name, as in ``lecture5.test_train``.

    Example:
        ``from ._shared import draw`` -> lecture5, _shared: draw; after ``from . import _shared`` what stands behind
        ``_shared.``
    """
    tree, package = ast.parse(text), tuple(module.split(".")[:-1])
    found: dict[tuple[str, ...], set[str]] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or node.level > len(package) + 1:
            continue
        base = package[: len(package) + 1 - node.level] if node.level else ()
        base = (*base, *node.module.split(".")) if node.module else base
        base = base[2:] if base[:2] == ("tests", "hidden") else base
        for alias in node.names:
            found.setdefault(base, set()).add(alias.name)
            found.setdefault((*base, alias.name), set()).update(_attributes(tree, alias.asname or alias.name))
    return found


def _attributes(tree: ast.Module, name: str) -> set[str]:
    """What is taken of a module by ``name.thing``; ``*`` where the module itself goes anywhere else."""
    through = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and getattr(n.value, "id", "") == name]
    uses = sum(isinstance(node, ast.Name) and node.id == name for node in ast.walk(tree))
    return {node.attr for node in through} if uses == len(through) else {"*"}
