"""What an exercise needs of a script: its definitions, and what these build on. The rest does not run.

A script trains, prints and draws at its top level, and reads files that are not here. None of that is graded.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from grader.course.parsing import nodes_of, parse
from grader.course.scan import is_main_guard

_ALWAYS = ("sys.setrecursionlimit(", "torch.set_default_dtype(", "breakpoint(")  # settings that definitions rely on
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Names(NamedTuple):
    """What a piece of code reads of the scope that it is in, and what it binds or changes there."""

    read: set[str]
    bound: set[str]


def definitions_of(text: str, wanted: Collection[str], symbols: Collection[str]) -> str:
    """Blank out the top-level statements of a script that an exercise does not need; each line stays where it is.

    Args:
        text: the script.
        wanted: the names that are asked for.
        symbols: those of them that the exercise is about. Where one is not defined, all definitions stay: one of
            them may be meant.

    Returns:
        The text; as it was where it is no Python, or nothing in it is needed.
    """
    tree = parse(text).tree
    if tree is None:
        return text
    try:
        kept = _needed(tree.body, {*wanted, *symbols}, frozenset(symbols))
    except RecursionError:  # scopes that are nested deeper than can be looked at
        return text
    if all(_says_nothing(statement) for place, statement in enumerate(tree.body) if place in kept):
        return text
    return blank(text, [statement for place, statement in enumerate(tree.body) if place not in kept])


def bound_at_top(text: str) -> frozenset[str]:
    """The names that a text binds at its top level; none where it is no Python."""
    tree = parse(text).tree
    try:
        return frozenset(_names(tree.body).bound) if tree is not None else frozenset()
    except RecursionError:
        return frozenset()


def has_loops(text: str) -> bool:
    """Whether a text loops, or opens something, as it is imported: it trains or reads data, perhaps."""
    tree = parse(text).tree
    return tree is not None and any(isinstance(node, ast.For | ast.While | ast.With) for node in tree.body)


def imported_beside(text: str, units: Collection[str]) -> set[str]:
    """The modules that a text imports from its own folder: ``head`` of ``from .head import Head``.

    Args:
        text: the text.
        units: what its folder may be called in ``from lecture7.head import Head``.
    """
    found: set[str] = set()
    for node in nodes_of(text):
        if isinstance(node, ast.ImportFrom):
            module = _module_beside(node, units)
            found |= {alias.name for alias in node.names} if module == "" else {module} if module else set()
    return found


def without_own_imports(text: str, units: Collection[str], there: Collection[str], lost: Collection[str] = ()) -> str:
    """Blank out where a script imports what it defines itself, from files that are not there.

    Args:
        text: the script, which may have been several files.
        units: what its folder may be called.
        there: the modules beside it.
        lost: what it defines where Python cannot read it.
    """
    tree = parse(text).tree
    if tree is None:
        return text
    own = {*lost, *(node.name for node in tree.body if isinstance(node, _DEFINITIONS))}
    found = [
        node
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        and _module_beside(node, units) not in {None, "", *there}
        and all(alias.name in own and alias.asname in (None, alias.name) for alias in node.names)
    ]
    return blank(text, found) if found else text


def _module_beside(node: ast.ImportFrom, units: Collection[str]) -> str | None:
    """The module in the same folder that a statement imports from; empty for the folder, None for any other."""
    parts = (node.module or "").split(".")
    if node.level == 1:
        return parts[0]
    if node.level:
        return None
    parts = parts[1:] if parts[0] == "exercises" else parts
    return parts[1] if len(parts) > 1 and parts[0] in units else None


def blank(text: str, nodes: Sequence[ast.stmt]) -> str:
    """Replace statements by nothing, and by ``pass`` where others need one; each line stays where it is.

    Args:
        text: the text.
        nodes: statements of it, in its order, none inside another.
    """
    lines = text.split("\n")
    for node in reversed(nodes):  # so that the columns of those before stay true
        first = min([node.lineno, *(made.lineno for made in getattr(node, "decorator_list", ()))])
        last = node.end_lineno or node.lineno
        head = lines[first - 1].encode()[: node.col_offset].decode()
        tail = lines[last - 1].encode()[node.end_col_offset or 0 :].decode()
        lines[first - 1 : last] = [""] * (last - first + 1)
        alone = not head and not tail.lstrip().startswith(";")
        lines[first - 1] = "" if alone else f"{head}pass"
        lines[last - 1] += tail if tail.strip() else ""
    return "\n".join(lines)


def needed_of(body: list[ast.stmt], wanted: Collection[str]) -> set[int]:
    """The places of the statements of a module that some of its names need.

    A statement that makes or changes no name of the module, as ``torch.set_num_threads(1)``, is run for something else,
    and stays.
    """
    imported = {name for node in body if isinstance(node, ast.Import | ast.ImportFrom) for name in _imported(node)}
    setters = _setters_of_globals(body)
    others = {
        place: _names([node]).read
        for place, node in enumerate(body)
        if not isinstance(node, ast.Import | ast.ImportFrom)
        and not _names([node]).bound - imported
        and not _touched(node, imported, setters)
    }
    return _needed(body, set(wanted).union(*others.values()), frozenset()) | others.keys()


def names_of(nodes: Iterable[ast.AST | None]) -> Names:
    """What some nodes of one scope read and bind there."""
    return _names(nodes)


def read_at_once(node: ast.stmt) -> set[str]:
    """The names that a statement reads when it runs: of a definition not those that its functions read when called."""
    return _names(_run_at_once(node)).read


def _needed(body: list[ast.stmt], wanted: set[str], symbols: frozenset[str]) -> set[int]:
    """The places of the statements that bind or change what is wanted, and what these read, and so on."""
    imported = {name for node in body if isinstance(node, ast.Import | ast.ImportFrom) for name in _imported(node)}
    setters = _setters_of_globals(body)
    told = [_names([node]) for node in body]
    makers: dict[str, list[int]] = {}
    for place, node in enumerate(body):
        for name in told[place].bound | _touched(node, imported, setters):
            makers.setdefault(name, []).append(place)
    kept = {place for place, node in enumerate(body) if _stays(node)}
    waiting = list(wanted.union(*(told[place].read for place in kept if not _is_main(body[place]))))
    if not symbols <= makers.keys():
        meant = {place for place, node in enumerate(body) if isinstance(node, _DEFINITIONS)}
        kept |= meant
        waiting += [name for place in meant for name in _names(_run_at_once(body[place])).read]
    seen = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for place in makers.get(name, ()):
            kept.add(place)
            waiting += told[place].read - seen
    return kept


def _run_at_once(node: ast.stmt) -> list[ast.AST | None]:
    """What runs of a definition when it is made: not the bodies of functions."""
    if isinstance(node, ast.ClassDef):
        inner = [part for found in node.body for part in _run_at_once(found)]
        return [*node.decorator_list, *node.bases, *node.keywords, *inner]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        arguments = node.args
        return [*node.decorator_list, *arguments.defaults, *arguments.kw_defaults]
    return [node]


def _stays(node: ast.stmt) -> bool:
    """Whether a statement is needed whatever is wanted, or does not run."""
    if isinstance(node, ast.ImportFrom):
        return node.module == "__future__" or any(alias.name == "*" for alias in node.names)
    if isinstance(node, ast.Expr):
        return _says_nothing(node) or (
            isinstance(node.value, ast.Call) and f"{ast.unparse(node.value.func)}(" in _ALWAYS
        )
    return _is_main(node)


def _is_main(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and is_main_guard(node.test) and not node.orelse


def _says_nothing(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    return [alias.asname or alias.name.partition(".")[0] for alias in node.names]


def _setters_of_globals(body: list[ast.stmt]) -> dict[str, set[str]]:
    """The functions that bind names of the module, ``global table``: calling one is as good as an assignment."""
    return {
        node.name: {name for inner in ast.walk(node) if isinstance(inner, ast.Global) for name in inner.names}
        for node in body
        if isinstance(node, ast.FunctionDef)
    }


def _touched(node: ast.stmt, imported: set[str], setters: dict[str, set[str]]) -> set[str]:
    """What a statement may change by a call: ``table.append(x)``, ``setattr(Head, …)``, ``fill()``."""
    if isinstance(node, _Function | ast.ClassDef):
        return set()
    found: set[str] = set()
    for inner in ast.walk(node):
        if not isinstance(inner, ast.Expr) or not isinstance(inner.value, ast.Call):
            continue
        call = inner.value
        if isinstance(call.func, ast.Name):
            found |= setters.get(call.func.id, set())
            if call.func.id == "setattr" and call.args:
                found |= _roots([call.args[0]])
        else:
            found |= _roots([call.func]) - imported
    return found


def _roots(nodes: Iterable[ast.expr]) -> set[str]:
    """The names at the beginning of ``a.b[c].d``."""
    found: set[str] = set()
    for node in nodes:
        while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
            node = node.func if isinstance(node, ast.Call) else node.value  # noqa: PLW2901 - a step further in
        if isinstance(node, ast.Name):
            found.add(node.id)
    return found


def _names(nodes: Iterable[ast.AST | None]) -> Names:
    """What some nodes of one scope read and bind there."""
    read: set[str] = set()
    bound: set[str] = set()
    for node in nodes:
        if node is None:
            continue
        for inner in _in_this_scope(node):
            part = inner if isinstance(inner, Names) else _own_names(inner)
            read |= part.read
            bound |= part.bound
    return Names(read, bound)


def _in_this_scope(node: ast.AST) -> Iterator[ast.AST | Names]:
    """A node and those in it that are of its scope; for an inner scope what is left of it outside."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        match found:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                yield _of_function(found)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                inner = _names(ast.iter_child_nodes(found))
                yield Names(inner.read - inner.bound, set())
            case ast.ClassDef(name=name):
                inner = _names([*found.bases, *found.keywords, *found.decorator_list, *found.body])
                yield Names(inner.read, {name})
            case _:
                yield found
                waiting += ast.iter_child_nodes(found)


def _of_function(node: _Function) -> Names:
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    own = [arg for arg in every if arg is not None]
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    outside: list[ast.AST | None] = [*arguments.defaults, *arguments.kw_defaults, *(arg.annotation for arg in own)]
    if not isinstance(node, ast.Lambda):
        outside += [*node.decorator_list, node.returns]
    inner, header = _names(body), _names(outside)
    declared = {
        name for found in body for part in ast.walk(found) if isinstance(part, ast.Global) for name in part.names
    }
    own_names = ({arg.arg for arg in own} | inner.bound) - declared
    return Names(header.read | (inner.read - own_names), set() if isinstance(node, ast.Lambda) else {node.name})


def _own_names(node: ast.AST) -> Names:
    """The names that one node reads or binds by itself."""
    match node:
        case ast.Name(id=name, ctx=ast.Load()):
            return Names({name}, set())
        case ast.Name(id=name):
            return Names(set(), {name})
        case ast.AugAssign(target=target):
            return Names(_roots([target]), _roots([target]))
        case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
            return Names(set(), _roots([node]))
        case ast.Import() | ast.ImportFrom():
            return Names(set(), set(_imported(node)))
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return Names(set(), {name})
    return Names(set(), set())
