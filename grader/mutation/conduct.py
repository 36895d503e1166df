"""A module whose answers are right and whose conduct is not: a function of it keeps state, or spoils its arguments.

Where a kind of conduct applies is read from signatures: what takes no array cannot write into one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

_MISBEHAVE = Path(__file__).with_name("misbehave.py")
_SOURCE = """

# --- what follows has one function above behave badly ---
_misbehave = {{"__name__": "misbehave"}}
exec({text!r}, _misbehave)
_misbehave["misbehave"](globals(), {name!r}, {kind!r}, {parameter!r}, only_say={only_say!r})
"""
_ARRAY = r"(torch\.|np\.|numpy\.)?(Tensor|ndarray|Array)( \| None)?"
_RANDOM = (
    r"\brandn?\b|\brandint\b|\brandom\b|[Dd]ropout|\bgenerator\b|\brng\b|shuffle|permutation|multinomial"
    r"|\b(normal|uniform)_?\(|\bnn\.(Linear|Embedding|init)\b"
)


class Misconduct(msgspec.Struct, frozen=True):
    """One way in which one function behaves badly.

    Attributes:
        kind: how: ``first answer kept``, ``works in place of x``.
        function: which: ``relu``, ``Head.forward``.
        line: where it is defined, counted from 1.
        source: the whole module.
        asking: the same module, which raises where something would be done: where no check makes it do so,
            the conduct does not apply.
    """

    kind: str
    function: str
    line: int
    source: str
    asking: str


def misconducts(text: str, symbols: Iterable[str], lines: Iterable[range]) -> Iterator[Misconduct]:
    """Have each public function and method of a module behave badly, in every way that applies.

    Args:
        text: the module; it is Python.
        symbols: the functions and classes that are meant.
        lines: only what has some of these in it: ranges of lines, counted from 1.
    """
    where, wanted = list(lines), set(symbols)
    for node in ast.parse(text).body:
        if getattr(node, "name", "") not in wanted:
            continue
        if isinstance(node, ast.FunctionDef):
            for kind, parameter in _kinds(node, text, is_method=False):
                yield _made(text, node.name, node, kind, parameter)
        elif isinstance(node, ast.ClassDef):
            if any(isinstance(inner, ast.FunctionDef) and inner.name == "__init__" for inner in node.body):
                yield _made(text, node.name, node, "objects share their state", "")
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and _is_public(inner) and _touches(inner, where):
                    for kind, parameter in _kinds(inner, text, is_method=True):
                        yield _made(text, f"{node.name}.{inner.name}", inner, kind, parameter)


def _is_public(node: ast.FunctionDef) -> bool:
    decorators = {ast.unparse(one) for one in node.decorator_list}
    return (not node.name.startswith("_") or node.name == "__call__") and "property" not in decorators


def _touches(node: ast.AST, where: list[range]) -> bool:
    first, last = node.lineno, node.end_lineno or node.lineno  # type: ignore[attr-defined]
    return any(part.start <= last and first < part.stop for part in where)


def misbehaving(text: str, name: str, kind: str, parameter: str = "", *, only_say: bool = False) -> str:
    """A module in which one function behaves badly; of the kind ``nothing`` it behaves well, in the same wrapping.

    Args:
        text: the module.
        name: the function, ``relu`` or ``Head.forward``.
        kind: how it behaves.
        parameter: of which parameter, where the kind is of one.
        only_say: raise an exception where it would behave badly.
    """
    own = _MISBEHAVE.read_text("utf-8")
    return text + _SOURCE.format(text=own, name=name, kind=kind, parameter=parameter, only_say=only_say)


def _made(text: str, name: str, node: ast.stmt, kind: str, parameter: str) -> Misconduct:
    source = misbehaving(text, name, kind, parameter)
    asking = misbehaving(text, name, kind, parameter, only_say=True)
    return Misconduct(f"{kind} of {parameter}" if parameter else kind, name, node.lineno, source, asking)


def _kinds(node: ast.FunctionDef, text: str, *, is_method: bool) -> Iterator[tuple[str, str]]:
    """The kinds of conduct that apply to a function, each with the parameter that it is about."""
    types = _types(node, is_method=is_method)
    arrays = [name for name, kind in types.items() if re.fullmatch(_ARRAY, kind)]
    returns = ast.unparse(node.returns) if node.returns is not None else ""
    yields = any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in ast.walk(node))
    if returns == "None":
        yield "acts only the first time", ""
    elif not yields:
        yield from _memories(types, is_method=is_method)
    for name in list(types)[1:]:
        yield "first value kept", name
    for name, kind in types.items():
        if name in arrays or re.match(r"(list|dict|Sequence|Mapping)\b", kind):
            yield "works in place", name
    if arrays and re.fullmatch(_ARRAY, returns):
        yield "returns its input", arrays[0]
    uses_torch = "torch" in text
    for name in arrays if uses_torch else ():
        yield "view", name
    if arrays:
        yield "float32 inside", ""
    yield from _surroundings(node, text, types, uses_torch=uses_torch)


def _memories(types: dict[str, str], *, is_method: bool) -> Iterator[tuple[str, str]]:
    yield "right only the first time", ""
    yield "first answer kept", ""
    if types:
        yield "answers kept by shape", ""
    if len(types) > 1 or (is_method and types):
        yield "answers kept by the first argument", ""
    if is_method:
        yield "answer kept in the object", ""


def _surroundings(
    node: ast.FunctionDef, text: str, types: dict[str, str], *, uses_torch: bool
) -> Iterator[tuple[str, str]]:
    """Kinds that spoil what belongs to everybody."""
    own = ast.get_source_segment(text, node) or ""
    if re.search(_RANDOM, own):
        yield "seeds the global generator", ""
    for name, kind in types.items():
        if kind.endswith("Generator"):
            yield "draws from the global generator", name
    if uses_torch:
        yield "changes the default dtype", ""


def _types(node: ast.FunctionDef, *, is_method: bool) -> dict[str, str]:
    """The parameters of a function, each with its annotation."""
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    is_static = any(ast.unparse(one) == "staticmethod" for one in node.decorator_list)
    if is_method and not is_static:
        arguments = arguments[1:]
    return {one.arg: ast.unparse(one.annotation) if one.annotation is not None else "" for one in arguments}
