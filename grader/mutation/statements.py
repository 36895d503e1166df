"""Edits of whole statements: left out, moved by one, out of a loop or into it, added up instead of set."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator

from grader.mutation.code import Code, Edit, root_of

_INDENT = "    "
_DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal)
_SUMS = {"+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "//=": "/=", "**=": "*=", "|=": "&=", "&=": "|=", "@=": "*="}


def edits(node: ast.AST, code: Code) -> Iterator[Edit]:
    """The edits of one statement, or of the condition of an expression."""
    if isinstance(node, ast.If | ast.IfExp):
        yield from _condition(node, code)
    if isinstance(node, ast.comprehension):
        yield from (code.replace("condition dropped", condition, "True") for condition in node.ifs)
    if not isinstance(node, ast.stmt) or _is_docstring(node):
        return
    if not isinstance(node, (*_DEFINES, ast.Pass)):
        yield Edit("statement dropped", node, *code.span(node), "pass", (code.head(node), "pass"))
    if isinstance(node, ast.Break | ast.Continue):
        yield code.replace("break", node, "continue" if isinstance(node, ast.Break) else "break")
    if isinstance(node, ast.With):
        last = node.items[-1].optional_vars or node.items[-1].context_expr
        end = code.text.index(":", code.span(last)[1])
        yield Edit("with dropped", node, code.span(node)[0], end, "if True")
    yield from _assignment(node, code)
    yield from _places(node, code)


def _places(node: ast.stmt, code: Code) -> Iterator[Edit]:
    """The statement elsewhere: after the next one; for a loop, what stands at its ends in it or out of it."""
    body, place = _siblings(node, code)
    following = body[place + 1] if place + 1 < len(body) else None
    if isinstance(node, ast.For | ast.While):
        yield from _out_of_loop(node, code)
        if following is not None:
            yield from _into_loop(node, following, code)
    if following is not None and not isinstance(following, _DEFINES) and not isinstance(node, _DEFINES):
        yield from _swapped(node, following, code)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _siblings(node: ast.stmt, code: Code) -> tuple[list[ast.stmt], int]:
    """The body that holds a statement, and its place there."""
    parent = code.parents.get(node)
    for name in ("body", "orelse", "finalbody"):
        body = getattr(parent, name, None)
        if isinstance(body, list) and node in body:
            return body, body.index(node)
    return [], 0


def _condition(node: ast.If | ast.IfExp, code: Code) -> Iterator[Edit]:
    if isinstance(node, ast.IfExp):
        yield code.replace("branch dropped", node, code.atom(node.body))
        yield code.replace("branch dropped", node, code.atom(node.orelse))
        return
    yield code.replace("branch dropped", node.test, "True")
    if node.orelse:
        yield code.replace("branch dropped", node.test, "False")


def _assignment(node: ast.stmt, code: Code) -> Iterator[Edit]:
    if isinstance(node, ast.AugAssign):
        gap = code.text[code.span(node.target)[1] : code.span(node.value)[0]]
        sign = gap.strip()
        if sign in _SUMS and (found := code.between("operator", node, node.target, node.value, sign, _SUMS[sign])):
            yield found
        if found := code.between("= for +=", node, node.target, node.value, sign, "="):
            yield found
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and _is_set_again(node, code):  # noqa: SIM102
        if found := code.between("+= for =", node, node.targets[0], node.value, "=", "+="):
            yield found


def _is_set_again(node: ast.Assign, code: Code) -> bool:
    """Whether the target has a value already: an item, an attribute outside the constructor, a name set above."""
    target, scope = node.targets[0], code.scope(node)
    if isinstance(target, ast.Subscript):
        return True
    if isinstance(target, ast.Attribute):
        return not scope.endswith("__init__")
    body, place = _siblings(node, code)
    before = {name for statement in body[:place] for name in _written(statement)}
    arguments: set[str] = set()
    parent = code.parents.get(node)
    while parent is not None and not isinstance(parent, ast.FunctionDef):
        if isinstance(parent, ast.For | ast.While):
            around, at = _siblings(parent, code)
            before |= {name for statement in around[:at] for name in _written(statement)}
        parent = code.parents.get(parent)
    if isinstance(parent, ast.FunctionDef):
        arguments = {argument.arg for argument in parent.args.args}
    return isinstance(target, ast.Name) and target.id in before | arguments


def _whole_lines(node: ast.stmt, code: Code) -> tuple[int, int]:
    """Where the lines of a statement begin and end, the comment behind it and the line's end included."""
    start = code.text.rfind("\n", 0, code.span(node)[0]) + 1
    end = code.text.find("\n", code.span(node)[1])
    return start, len(code.text) if end < 0 else end + 1


def _moved(text: str, *, by: int) -> str:
    """Lines that are indented one step more, or less."""
    if by > 0:
        return textwrap.indent(text, _INDENT)
    return "".join(line.removeprefix(_INDENT) for line in text.splitlines(keepends=True))


def _is_alone(node: ast.stmt, code: Code) -> bool:
    """Whether nothing else stands on a statement's lines."""
    start, end = _whole_lines(node, code)
    first, last = code.span(node)
    behind = code.text[last:end].strip()
    return not code.text[start:first].strip() and (not behind or behind.startswith("#"))


def _out_of_loop(node: ast.For | ast.While, code: Code) -> Iterator[Edit]:
    """The last statement of a loop comes after it; the first comes before it."""
    if len(node.body) < 2 or node.orelse or not all(_is_alone(statement, code) for statement in node.body):
        return
    start, end = _whole_lines(node, code)
    for moved, kind in ((node.body[-1], "out of the loop"), (node.body[0], "before the loop")):
        if isinstance(moved, ast.Break | ast.Continue) or _holds(moved, ast.Break | ast.Continue):
            continue
        first, last = _whole_lines(moved, code)
        rest = code.text[start:first] + code.text[last:end]
        text = _moved(code.text[first:last], by=-1)
        head, one = code.head(node), code.head(moved)
        old = f"{head}\n{textwrap.indent(one, _INDENT)}"
        if kind == "out of the loop":
            yield Edit(kind, moved, start, end, rest + text, (old, f"{head}\n{one}"))
        else:
            yield Edit(kind, moved, start, end, text + rest, (old, f"{one}\n{head}"))


def _into_loop(node: ast.For | ast.While, following: ast.stmt, code: Code) -> Iterator[Edit]:
    if node.orelse or not _is_alone(following, code) or not _is_alone(node.body[-1], code):
        return
    first, last = _whole_lines(following, code)
    end = _whole_lines(node, code)[1]
    text = code.text[end:first] + _moved(code.text[first:last], by=1)
    head, one = code.head(node), code.head(following)
    yield Edit(
        "into the loop", following, end, last, text, (f"{head}\n{one}", f"{head}\n{textwrap.indent(one, _INDENT)}")
    )


def _swapped(node: ast.stmt, following: ast.stmt, code: Code) -> Iterator[Edit]:
    if not _depend(node, following) or not _is_alone(node, code) or not _is_alone(following, code):
        return
    (start, one), (two, end) = _whole_lines(node, code), _whole_lines(following, code)
    if one <= two:
        text = code.text[two:end] + code.text[one:two] + code.text[start:one]
        heads = code.head(node), code.head(following)
        yield Edit("moved by one", node, start, end, text, ("\n".join(heads), "\n".join(reversed(heads))))


def _holds(node: ast.AST, kinds: type[ast.AST] | object) -> bool:
    return any(isinstance(inner, kinds) for inner in ast.walk(node))  # type: ignore[arg-type]


def _depend(first: ast.stmt, second: ast.stmt) -> bool:
    """Whether the order of two statements can matter: one writes what the other reads or writes, or may end it all."""
    ends = ast.Return | ast.Raise | ast.Break | ast.Continue
    if _holds(first, ends) or _holds(second, ends):
        other = second if _holds(first, ends) else first
        return _holds(other, ends) or _acts(other) or _touch(first, second)
    return _touch(first, second)


def _touch(first: ast.stmt, second: ast.stmt) -> bool:
    one, two = _written(first), _written(second)
    return _meet(one, two | _read(second)) or _meet(two, _read(first))


def _acts(node: ast.stmt) -> bool:
    """Whether a statement does something that outlives its function."""
    return any("." in name or name == "" for name in _written(node)) or _holds(node, ast.AugAssign)


def _meet(written: set[str], touched: set[str]) -> bool:
    return any(
        one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")
        for one in written
        for other in touched
    )


def _written(node: ast.AST) -> set[str]:
    """The names that a statement gives a value to, or whose objects it may change: ``self.weight``, ``out``."""
    found: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name | ast.Attribute | ast.Subscript) and not isinstance(inner.ctx, ast.Load):
            found.add(_dotted(inner))
        elif isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
            name, owner = inner.func.attr, inner.func.value
            first = inner.args[0] if inner.args else None
            if name.startswith("register_") and isinstance(first, ast.Constant):
                found.add(f"{_dotted(owner)}.{first.value!s}")
            elif name.endswith("_") or name in _CHANGES:
                found.add(_dotted(owner))
                found |= {_dotted(argument) for argument in inner.args if root_of(argument)}
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        call = node.value
        if isinstance(call.func, ast.Attribute) and not call.func.attr.startswith("register_"):
            found.add(_dotted(call.func.value))
        found |= {_dotted(argument) for argument in call.args if root_of(argument)}
    return found


_CHANGES = {"append", "extend", "pop", "insert", "remove", "clear", "update", "add", "step", "zero_grad", "backward",
            "setdefault", "sort", "reverse", "shuffle", "train", "eval"}  # fmt: skip


def _read(node: ast.AST) -> set[str]:
    """The names that a statement looks at, each as long as it is written."""
    parts = {inner.value for inner in ast.walk(node) if isinstance(inner, ast.Attribute)}
    names = (inner for inner in ast.walk(node) if isinstance(inner, ast.Name | ast.Attribute))
    return {_dotted(inner) for inner in names if inner not in parts}


def _dotted(node: ast.AST) -> str:
    """``self.weight`` of ``self.weight[0]``; the outermost name of anything else."""
    while isinstance(node, ast.Subscript | ast.Call):
        node = node.value if isinstance(node, ast.Subscript) else node.func
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
