"""Edits of single expressions: operators, numbers, flags, comparisons, texts."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from grader.mutation.code import Code, Edit

_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.LShift: "<<", ast.RShift: ">>",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_OTHERS = {
    "+": ("-",), "-": ("+",), "*": ("/", "+"), "/": ("*",), "//": ("/",), "%": ("//",), "**": ("*",), "@": ("*",),
    "&": ("|",), "|": ("&",), "<<": (">>",), ">>": ("<<",),
}  # fmt: skip
_COMPARED = {
    "<": ("<=", ">"), "<=": ("<", ">="), ">": (">=", "<"), ">=": (">", "<="), "==": ("!=",), "!=": ("==",),
}  # fmt: skip
_WORDED: dict[type[ast.AST], tuple[str, str]] = {
    ast.In: ("in", "not in"), ast.NotIn: ("not in", "in"), ast.Is: ("is", "is not"), ast.IsNot: ("is not", "is"),
}  # fmt: skip
_ORDERED = {"-", "/", "//", "%", "**", "@"}
_WORDS = {"inf": "-inf", "-inf": "inf", "utf-8": "latin-1", "latin-1": "utf-8", "mean": "sum", "sum": "mean"}
_REDUCED = {"dim", "axis", "dims", "axes"}


def edits(node: ast.AST, code: Code) -> Iterator[Edit]:
    """The edits of one node of an expression."""
    rule = _RULES.get(type(node))
    return iter(()) if rule is None else rule(node, code)


def _unary(node: ast.UnaryOp, code: Code) -> Iterator[Edit]:
    if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        yield from _number(node, code)
    elif not isinstance(node.op, ast.UAdd):
        yield code.replace("sign", node, code.atom(node.operand))


def _constant(node: ast.Constant, code: Code) -> Iterator[Edit]:
    match node.value:
        case bool():
            yield code.replace("flag", node, str(not node.value))
        case int() | float():
            yield from _number(node, code)
        case str() | bytes():
            yield from _text(node, code)


def _pair(node: ast.Tuple, code: Code) -> Iterator[Edit]:
    """``return loss, dx`` the other way round."""
    if len(node.elts) == 2 and not isinstance(code.parents.get(node), ast.Subscript):
        first, second = node.elts
        parent = code.parents.get(node)
        given = (
            parent.value.elts if isinstance(parent, ast.Assign) and isinstance(parent.value, ast.Tuple) else node.elts
        )
        if code.of(first) != code.of(second) and not _are_equal_numbers(given[0], given[-1]):
            yield from _exchange("order", node, first, second, code)


def _are_equal_numbers(first: ast.expr, second: ast.expr) -> bool:
    """``0.0, 0``: in the other order they are the same."""
    numbers = isinstance(first, ast.Constant) and isinstance(second, ast.Constant)
    return numbers and ast.literal_eval(first) == ast.literal_eval(second)


def _transposed(node: ast.Attribute, code: Code) -> Iterator[Edit]:
    if node.attr in {"T", "mT"}:
        yield code.replace("transpose", node, code.atom(node.value))


def _exchange(kind: str, node: ast.AST, first: ast.AST, second: ast.AST, code: Code) -> Iterator[Edit]:
    """Two expressions in each other's place."""
    (start, one), (two, end) = code.span(first), code.span(second)
    yield Edit(kind, node, start, end, code.of(second) + code.text[one:two] + code.of(first))


def _operation(node: ast.BinOp, code: Code) -> Iterator[Edit]:
    sign = _SIGNS.get(type(node.op), "")
    for other in _OTHERS.get(sign, ()):
        if found := code.between("operator", node, node.left, node.right, sign, other):
            yield found
    if sign in _ORDERED:
        left, right = code.atom(node.left), code.atom(node.right)
        yield code.replace("order", node, f"{right} {sign} {left}")
    yield code.replace("term dropped", node, code.atom(node.left))
    if sign not in {"/", "//", "%", "**"}:
        yield code.replace("term dropped", node, code.atom(node.right))
    if sign == "@":
        for side in (node.left, node.right):
            turned = f"{code.atom(side)}.T"
            if not code.of(side).endswith((".T", ".mT")):
                yield code.replace("transpose", side, turned)


def _comparison(node: ast.Compare, code: Code) -> Iterator[Edit]:
    operands = [node.left, *node.comparators]
    for left, op, right in zip(operands, node.ops, operands[1:], strict=False):
        sign = _SIGNS.get(type(op), "")
        for other in _COMPARED.get(sign, ()):
            if found := code.between("comparison", node, left, right, sign, other):
                yield found
        old, new = _WORDED.get(type(op), ("", ""))
        if old and (found := code.between("comparison", node, left, right, old, new)):
            yield found


def _junction(node: ast.BoolOp, code: Code) -> Iterator[Edit]:
    old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    for left, right in zip(node.values, node.values[1:], strict=False):
        if found := code.between("and or", node, left, right, old, new):
            yield found
    for number in range(len(node.values)):
        rest = [code.of(other) for place, other in enumerate(node.values) if place != number]
        yield code.replace("condition dropped", node, "(" + f" {old} ".join(rest) + ")")


def _number(node: ast.UnaryOp | ast.Constant, code: Code) -> Iterator[Edit]:
    if isinstance(code.parents.get(node), ast.UnaryOp) and isinstance(node, ast.Constant):
        parent = code.parents[node]
        if isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.USub):
            return  # the minus belongs to the number
    value = ast.literal_eval(node)
    if type(value) not in {int, float}:
        return
    kind = "axis" if _is_axis(node, code) else "number"
    for other in _near(value, is_place=kind == "axis" or _is_index(node, code)):
        yield code.replace(kind, node, repr(other))


def _near(value: float, *, is_place: bool) -> tuple[float, ...]:
    """Other numbers that somebody might have written. −1 and 1 are one place where there are two: not these."""
    if isinstance(value, float):
        if value == 0:
            return (1.0,)
        return (value * 10,) if abs(value) < 0.01 else (value * 2,) if abs(value) != 1 else (2.0, 0.0)
    if is_place:
        return {0: (1, -1), 1: (0, 2), -1: (0, -2)}.get(int(value), (value - 1, value + 1))
    return (value - 1, value + 1)


def _is_axis(node: ast.AST, code: Code) -> bool:
    """Whether a number names an axis: ``dim=1``, ``x.sum(1)``, ``dim=(0, 1)``."""
    parent = code.parents.get(node)
    if isinstance(parent, ast.Tuple):
        node, parent = parent, code.parents.get(parent)
    if isinstance(parent, ast.keyword):
        return parent.arg in _REDUCED
    return isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute) and parent.func.attr in REDUCTIONS


REDUCTIONS = {
    "sum", "mean", "max", "min", "amax", "amin", "argmax", "argmin", "std", "var", "prod", "softmax", "log_softmax",
    "logsumexp", "norm", "any", "all", "cumsum", "unsqueeze", "squeeze", "argsort", "sort", "topk", "size", "flatten",
}  # fmt: skip


def _is_index(node: ast.AST, code: Code) -> bool:
    parent = code.parents.get(node)
    if isinstance(parent, ast.Tuple):
        node, parent = parent, code.parents.get(parent)
    return isinstance(parent, ast.Subscript) and parent.slice is node


def _text(node: ast.Constant, code: Code) -> Iterator[Edit]:
    value = node.value
    if isinstance(code.parents.get(node), ast.Expr | ast.JoinedStr):
        return
    if isinstance(value, str):
        yield code.replace("text", node, repr(_WORDS.get(value, value + "x")))
    else:
        assert isinstance(value, bytes)
        yield code.replace("text", node, repr(value + b"x"))


def _index(node: ast.Subscript, code: Code) -> Iterator[Edit]:
    places = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for place in places:
        if isinstance(place, ast.Slice):
            for bound in (place.lower, place.upper):
                if bound is None:
                    continue
                yield code.replace("slice", bound, "")
                if not _is_number(bound):
                    yield code.replace("slice", bound, f"{code.atom(bound)} + 1")
                    yield code.replace("slice", bound, f"{code.atom(bound)} - 1")
        elif isinstance(place, ast.Name | ast.BinOp | ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield code.replace("index", place, f"{code.atom(place)} - 1")
    if isinstance(node.slice, ast.Tuple) and len(places) == 2 and code.of(places[0]) != code.of(places[1]):
        yield from _exchange("order", node, places[0], places[1], code)
    if isinstance(node.ctx, ast.Load):
        yield code.replace("index dropped", node, code.atom(node.value))


def _is_number(node: ast.AST) -> bool:
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.Constant)


_RULES: dict[type[ast.AST], Callable[[Any, Code], Iterator[Edit]]] = {
    ast.BinOp: _operation,
    ast.UnaryOp: _unary,
    ast.Compare: _comparison,
    ast.BoolOp: _junction,
    ast.Constant: _constant,
    ast.Tuple: _pair,
    ast.Subscript: _index,
    ast.Attribute: _transposed,
}
