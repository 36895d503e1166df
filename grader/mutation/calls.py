"""Edits of calls: other functions, arguments in another order, an axis kept, an epsilon outside."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.mutation.arithmetic import REDUCTIONS
from grader.mutation.code import Code, Edit, root_of

_PAIRS = (
    ("sum", "mean"), ("max", "min"), ("amax", "amin"), ("argmax", "argmin"), ("maximum", "minimum"), ("any", "all"),
    ("zeros", "ones"), ("zeros_like", "ones_like"), ("tril", "triu"), ("rand", "randn"), ("eval", "train"),
    ("std", "var"), ("exp", "log"), ("floor", "ceil"), ("sin", "cos"), ("normal_", "uniform_"), ("zeros_", "ones_"),
    ("startswith", "endswith"), ("lstrip", "rstrip"), ("keys", "values"), ("add_", "sub_"), ("mul_", "div_"),
    ("append", "extend"), ("normal", "uniform"), ("index_copy_", "index_add_"), ("union", "intersection"),
)  # fmt: skip
_OTHER = dict(_PAIRS) | {new: old for old, new in _PAIRS}
_KEEPS_AXIS = {"sum", "mean", "max", "min", "amax", "amin", "std", "var", "argmax", "prod", "norm", "logsumexp"}
_WITH_EPSILON = {"sqrt", "rsqrt", "log", "exp", "maximum"}
_NO_VALUE = {"super", "print", "isinstance", "len", "range", "hasattr", "property", "zip", "enumerate"}
_SYMMETRIC = {"max", "min", "maximum", "minimum", "transpose", "swapaxes", "mse_loss", "isclose", "allclose", "gcd"}
VIEW = "view for reshape"


def edits(node: ast.AST, code: Code) -> Iterator[Edit]:
    """The edits of a call, or of a power that takes a root."""
    if isinstance(node, ast.BinOp):
        yield from _epsilon_of_power(node, code)
    if not isinstance(node, ast.Call):
        return
    yield from _other_function(node, code)
    yield from _arguments(node, code)
    yield from _axis(node, code)
    yield from _bias(node, code)
    yield from _dropped(node, code)
    yield from _epsilon(node, code)


def name_of(call: ast.Call) -> str:
    """What a call calls, without what stands before the dot."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _other_function(node: ast.Call, code: Code) -> Iterator[Edit]:
    other = _OTHER.get(name_of(node))
    if other is not None and (isinstance(node.func, ast.Attribute) or other in {"max", "min", "any", "all"}):
        end = code.span(node.func)[1]
        yield Edit("function", node, end - len(name_of(node)), end, other)
    if name_of(node) == "reshape" and code.uses_torch and isinstance(node.func, ast.Attribute):
        end = code.span(node.func)[1]
        if root_of(node.func) not in code.modules:
            yield Edit(VIEW, node, end - len("reshape"), end, "view")


def _arguments(node: ast.Call, code: Code) -> Iterator[Edit]:
    for first, second in zip(node.args, node.args[1:], strict=False) if name_of(node) not in _SYMMETRIC else ():
        if code.of(first) != code.of(second) and not isinstance(second, ast.Starred):
            start, end = code.span(first)[0], code.span(second)[1]
            middle = code.text[code.span(first)[1] : code.span(second)[0]]
            yield Edit("argument order", node, start, end, code.of(second) + middle + code.of(first))
    given: list[ast.expr | ast.keyword] = [*node.args, *(keyword for keyword in node.keywords if keyword.arg)]
    for keyword in node.keywords:
        is_flag = isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, bool)
        if keyword.arg and not is_flag:  # a flag is turned instead
            yield _without(given, keyword, node, code)
    if name_of(node) == "range":
        for argument in node.args:
            if not isinstance(argument, ast.Constant | ast.UnaryOp):
                yield code.replace("range", argument, f"{code.atom(argument)} - 1")
                yield code.replace("range", argument, f"{code.atom(argument)} + 1")


def _without(given: list[ast.expr | ast.keyword], gone: ast.AST, node: ast.Call, code: Code) -> Edit:
    """A call without one of its arguments."""
    kept = ", ".join(code.of(one) for one in given if one is not gone)
    start, end = code.span(node.func)[1], code.span(node)[1]
    return Edit("argument dropped", node, start, end, f"({kept})")


def _axis(node: ast.Call, code: Code) -> Iterator[Edit]:
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in REDUCTIONS:
        return
    given: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
    names = {keyword.arg for keyword in node.keywords}
    is_function = root_of(node.func) in code.modules
    axes = node.args[1:] if is_function else node.args
    if node.func.attr in _KEEPS_AXIS and (axes or names & {"dim", "axis"}):
        if not names & {"keepdim", "keepdims"}:
            word = "keepdim" if code.uses_torch else "keepdims"
            end = code.span(node)[1]
            yield Edit("keepdim", node, end - 1, end, f", {word}=True)")
        if axes and not node.keywords:
            yield _without(given, axes[-1], node, code)


def _bias(node: ast.Call, code: Code) -> Iterator[Edit]:
    """The variance of a sample, for that of all, and the other way."""
    names = {keyword.arg for keyword in node.keywords}
    if name_of(node) in {"var", "std"} and not names & {"unbiased", "correction", "ddof"}:
        end = code.span(node)[1]
        comma = ", " if node.args or node.keywords else ""
        yield Edit("bias", node, end - 1, end, f"{comma}{'correction=0' if code.uses_torch else 'ddof=1'})")


def _dropped(node: ast.Call, code: Code) -> Iterator[Edit]:
    """The call left out: ``x`` for ``torch.exp(x)``, for ``x.detach()``, for ``x.transpose(0, 1)``."""
    if isinstance(code.parents.get(node), ast.Expr | ast.Raise) or name_of(node) in _NO_VALUE:
        return
    is_method = isinstance(node.func, ast.Attribute) and root_of(node.func) not in code.modules
    kind = "transpose" if name_of(node) in {"transpose", "permute", "t"} else "call dropped"
    if is_method:
        assert isinstance(node.func, ast.Attribute)
        if root_of(node.func.value) != "self" or not isinstance(node.func.value, ast.Name):
            yield code.replace(kind, node, code.atom(node.func.value))
            return
    if len(node.args) == 1 and not isinstance(node.args[0], ast.Starred | ast.GeneratorExp):
        yield code.replace(kind, node, code.atom(node.args[0]))


def _epsilon(node: ast.Call, code: Code) -> Iterator[Edit]:
    """A root of a sum becomes the sum of a root, and the other way."""
    if name_of(node) not in _WITH_EPSILON:
        return
    inside: ast.expr | None = None
    if len(node.args) == 1:
        inside = node.args[0]
    elif not node.args and isinstance(node.func, ast.Attribute):
        inside = node.func.value
    if isinstance(inside, ast.BinOp) and isinstance(inside.op, ast.Add):
        called = code.of(node.func) if node.args else ""
        left, right = code.of(inside.left), code.atom(inside.right)
        rooted = f"{called}({left})" if called else f"{code.atom(inside.left)}.{name_of(node)}()"
        yield code.replace("epsilon outside", node, f"({rooted} + {right})")
    parent = code.parents.get(node)
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add) and parent.left is node and inside is not None:
        added = f"{code.of(inside)} + {code.of(parent.right)}"
        new = f"{code.of(node.func)}({added})" if node.args else f"({added}).{name_of(node)}()"
        yield code.replace("epsilon inside", parent, new)


def _epsilon_of_power(node: ast.BinOp, code: Code) -> Iterator[Edit]:
    """``(v + eps) ** 0.5``: the root is taken of ``v`` alone."""
    base = node.left
    if isinstance(node.op, ast.Pow) and isinstance(base, ast.BinOp) and isinstance(base.op, ast.Add):
        power = code.of(node.right)
        yield code.replace("epsilon outside", node, f"({code.atom(base.left)} ** {power} + {code.atom(base.right)})")
