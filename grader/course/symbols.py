"""What the learner writes, as names and signatures read from the solution or the stub."""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING

from grader.course.stubs import find_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def symbols_of_solution(text: str, where: str) -> dict[str, str]:
    """Map each function and class that holds a marked block to its signature.

    Blocks at module level name nothing: they are helpers that a stub does not show.

    Raises:
        CourseError: if the solution is not Python or its markers are wrong.
    """
    blocks = find_blocks(text, where)
    tree = ast.parse(text)
    written = {block.scope[0] for block in blocks if block.scope}
    return _signatures(tree, [d for d in _definitions(tree) if d.name in written])


def symbols_of_stub(text: str) -> dict[str, str]:
    """Map each function and class that raises NotImplementedError, or is an empty class, to its signature.

    Where nothing is left to write, these are all public functions and classes; of a file that is not Python,
    none.
    """
    tree = _tree_of_stub(text)
    unwritten = [d for d in _definitions(tree) if _is_unwritten(d)]
    return _signatures(tree, unwritten or [d for d in _definitions(tree) if not d.name.startswith("_")])


def returning(text: str) -> frozenset[str]:
    """Name the functions, and the methods as ``Head.forward``, that say they return something, and never None.

    What an object gives that is called as a function, by ``__call__`` or ``forward``, goes by its class's name, too.
    """
    found = set()
    for definition in _definitions(_tree_of_stub(text)):
        if isinstance(definition, ast.ClassDef):
            methods = [part for part in definition.body if isinstance(part, ast.FunctionDef) and _gives(part)]
            found |= {f"{definition.name}.{method.name}" for method in methods}
            found |= {definition.name for method in methods if method.name in {"__call__", "forward"}}
        elif _gives(definition):
            found.add(definition.name)
    return frozenset(found)


def _tree_of_stub(text: str) -> ast.Module:
    """The tree of a file that a course came with; an empty one where it is not Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def _gives(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    if function.returns is None:
        return False
    return not {"None", "Any", "Optional"} & set(re.findall(r"\w+", ast.unparse(function.returns)))


def _definitions(tree: ast.Module) -> Iterator[_Definition]:
    for node in tree.body:
        if isinstance(node, _Definition):
            yield node


def _is_unwritten(definition: _Definition) -> bool:
    for node in ast.walk(definition):
        if isinstance(node, ast.Raise) and node.exc is not None:
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if isinstance(raised, ast.Name) and raised.id == "NotImplementedError":
                return True
    return isinstance(definition, ast.ClassDef) and all(
        isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in definition.body
    )


def _signatures(tree: ast.Module, definitions: list[_Definition]) -> dict[str, str]:
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    return {d.name: f"{d.name}({_parameters(d, classes)})" for d in definitions}


def _parameters(definition: _Definition, classes: dict[str, ast.ClassDef]) -> str:
    """Write parameters as a caller sees them: names and defaults, neither annotations nor self."""
    if not isinstance(definition, ast.ClassDef):
        return _arguments(definition.args)
    seen: set[str] = set()
    while True:
        for node in definition.body:
            if isinstance(node, ast.FunctionDef) and node.name == "__init__":
                return _arguments(node.args, bound=True)
        if _has_fields(definition):
            fields = [n for n in definition.body if isinstance(n, ast.AnnAssign) and "ClassVar" not in _head(n)]
            return ", ".join(
                ast.unparse(n.target) + (f"={ast.unparse(n.value)}" if n.value is not None else "") for n in fields
            )
        seen.add(definition.name)
        bases = [b.id for b in definition.bases if isinstance(b, ast.Name)]
        known = [name for name in bases if name in classes and name not in seen]
        if not known:
            return ""
        definition = classes[known[0]]


def _arguments(arguments: ast.arguments, *, bound: bool = False) -> str:
    bare = ast.parse(f"def f({ast.unparse(arguments)}): ...").body[0]  # a copy, so that the tree stays whole
    assert isinstance(bare, ast.FunctionDef)
    if bound:  # the instance comes by itself
        for group in (bare.args.posonlyargs, bare.args.args):
            if group:
                group.pop(0)
                break
    for node in ast.walk(bare.args):
        if isinstance(node, ast.arg):
            node.annotation = None
    return ast.unparse(bare.args)


def _has_fields(definition: ast.ClassDef) -> bool:
    """Tell whether the class takes its annotated fields as parameters: a dataclass or a named tuple."""
    makers = [d.func if isinstance(d, ast.Call) else d for d in definition.decorator_list]
    names = {ast.unparse(node).rpartition(".")[2] for node in [*makers, *definition.bases]}
    return bool(names & {"dataclass", "NamedTuple", "Struct"})


def _head(field: ast.AnnAssign) -> str:
    return ast.unparse(field.annotation)
