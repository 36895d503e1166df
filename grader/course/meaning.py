"""What the expressions of a file stand for, as far as can be told without running it.

After ``import torch.nn as nn`` and ``g = getattr(nn, "func" + "tional")`` the expression ``g.cross_entropy`` stands for
``torch.nn.functional.cross_entropy``. Where that cannot be told, it stands for nothing, and nobody is accused.
"""

from __future__ import annotations

import ast
import builtins

_DEEPEST = 60  # of nested expressions: code that people write stays far below
_LONGEST = 400  # characters of a name that is put together
_MOST_VALUES = 6
_MOST_STARS = 20
_MOST_STEPS = 300_000  # in one file, whose author may have nested what stands for several things; people need 10,000
_OWN_DICT = ".__dict__"
_LOOKUPS = (".get", ".__getitem__")


class _Named:
    """Equal to another of its class and name. Written out: a dataclass takes a millisecond to make."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.name == getattr(other, "name", None)

    def __hash__(self) -> int:
        return hash((type(self), self.name))


class Ref(_Named):
    """Something of a module that is not the learner's, by its full name: ``torch.nn.functional``."""

    __slots__ = ()


class Text(_Named):
    """A string that is known."""

    __slots__ = ()


class Own(_Named):
    """Something of the learner's: a ``class``, a ``function``, an ``import`` from their files, an ``instance``.

    An instance of another package's class counts too, torch's excepted: what matters is that it is no tensor.
    """

    __slots__ = ()


Value = Ref | Text | Own
Values = tuple[Value, ...]


class Scope:
    """The names of a module, class or function, each with all it may stand for at this point.

    Attributes:
        parent: where names are looked for next; None for a module.
        is_class: methods do not see a class's names.
        names: an empty tuple is a name that stands for something unknown.
        stars: of a module: what ``from … import *`` was said of; ``.`` for the learner's own files.
        elsewhere: names that a ``global`` or ``nonlocal`` statement sends to the module.
        steps: of a module: how many expressions were looked into.
    """

    def __init__(self, parent: Scope | None = None, *, is_class: bool = False) -> None:
        self.parent = parent
        self.is_class = is_class
        self.names: dict[str, Values] = {}
        self.stars: list[str] = []
        self.elsewhere: set[str] = set()
        self.steps = 0
        self._module: Scope = self if parent is None else parent.module()

    def module(self) -> Scope:
        """The scope of the whole file."""
        return self._module

    def add_star(self, base: str) -> None:
        """Take note of a ``from … import *``."""
        if base not in self.stars and (base == "." or len(self.stars) < _MOST_STARS):
            self.stars.append(base)

    def for_body(self) -> Scope:
        """The scope of a function that is defined here."""
        outer = self
        while outer.is_class and outer.parent is not None:
            outer = outer.parent
        return Scope(outer)

    def bind(self, name: str, values: Values, *, perhaps: bool = False) -> None:
        """Let a name stand for something; for that too, if the statement may not run."""
        if name in self.elsewhere:
            self.module().bind(name, values, perhaps=True)
            return
        self.names[name] = _union(self.names.get(name, ()), values) if perhaps else values

    def lookup(self, name: str) -> Values:
        """What a name may stand for."""
        scope: Scope | None = self
        module = self.module()
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        if "." in module.stars:
            return ()  # it may come from the learner's own file
        found: Values = tuple(Ref(f"{star}.{name}") for star in module.stars)
        return _union(found, (Ref(f"builtins.{name}"),)) if hasattr(builtins, name) else found


def meaning(node: ast.expr | None, scope: Scope, depth: int = 0) -> Values:  # noqa: C901 - a table of node kinds
    """What an expression may stand for; empty where that cannot be told."""
    module = scope.module()
    if node is None or depth > _DEEPEST or module.steps >= _MOST_STEPS:
        return ()
    module.steps += 1
    deeper = depth + 1
    match node:
        case ast.Constant(value=str(text)):
            return (Text(text),) if len(text) <= _LONGEST else ()
        case ast.Name(id=name):
            return scope.lookup(name)
        case ast.Attribute(value=value, attr=attr):
            return attribute(meaning(value, scope, deeper), attr)
        case ast.Subscript(value=value, slice=key):
            return _item(meaning(value, scope, deeper), meaning(key, scope, deeper))
        case ast.Call():
            return _call(node, scope, deeper)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined([meaning(left, scope, deeper), meaning(right, scope, deeper)])
        case ast.JoinedStr(values=parts):
            return _joined([meaning(_unformatted(part), scope, deeper) for part in parts])
        case ast.NamedExpr(value=value):
            return meaning(value, scope, deeper)
        case ast.IfExp(body=first, orelse=second):
            return _union(meaning(first, scope, deeper), meaning(second, scope, deeper))
        case ast.BoolOp(values=values):
            return _union(*(meaning(value, scope, deeper) for value in values[:_MOST_VALUES]))
    return ()


def attribute(values: Values, name: str) -> Values:
    """What an attribute of something stands for."""
    found: list[Value] = []
    for value in values:
        if isinstance(value, Ref):
            found.append(Ref(f"{value.name}.{name}"[:_LONGEST]))
        elif value == Own("import"):
            found.append(value)
    return tuple(found)


def texts_of(values: Values) -> list[str]:
    """The strings among values."""
    return [value.name for value in values if isinstance(value, Text)]


def paths_of(values: Values) -> list[str]:
    """The full names among values."""
    return [value.name for value in values if isinstance(value, Ref)]


def argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    """The argument of a call at a place or of a name."""
    if place < len(call.args):
        return call.args[place]
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _union(*several: Values) -> Values:
    return tuple(dict.fromkeys(value for values in several for value in values))[:_MOST_VALUES]


def _unformatted(part: ast.expr) -> ast.expr:
    return part.value if isinstance(part, ast.FormattedValue) and part.format_spec is None else part


def _joined(parts: list[Values]) -> Values:
    text = ""
    for values in parts:
        texts = texts_of(values)
        if not texts:
            return ()
        text += texts[0]
        if len(text) > _LONGEST:
            return ()
    return (Text(text),)


def _item(values: Values, keys: Values) -> Values:
    """``sys.modules["torch"]`` and ``vars(torch)["autograd"]``."""
    found: list[Value] = []
    for path in paths_of(values):
        for key in texts_of(keys):
            if path == "sys.modules":
                found.append(Ref(key))
            elif path.endswith(_OWN_DICT):
                found.append(Ref(f"{path.removesuffix(_OWN_DICT)}.{key}"))
    return tuple(found)


def _call(node: ast.Call, scope: Scope, depth: int) -> Values:
    """What a call gives: a module, an attribute, an instance, or nobody knows."""
    function = node.func
    if isinstance(function, ast.Attribute):
        owner = meaning(function.value, scope, depth)  # once: calls of calls would take twice as long at each
        functions = attribute(owner, function.attr)
        parts = node.args[0] if function.attr == "join" and len(node.args) == 1 else None
        if owner == (Text(""),) and isinstance(parts, ast.List | ast.Tuple):
            return _joined([meaning(part, scope, depth) for part in parts.elts[:_LONGEST]])
    else:
        functions = meaning(function, scope, depth)
    found: list[Value] = []
    asked: dict[str, Values] = {}  # an argument is looked into once, however many functions this may be
    for value in functions:
        if isinstance(value, Ref):
            found += _result_of(value.name, node, scope, depth, asked)
        elif value == Own("class") or (value == Own("import") and _last_name(function)[:1].isupper()):
            found.append(Own("instance"))
    return tuple(found)


def _result_of(path: str, node: ast.Call, scope: Scope, depth: int, asked: dict[str, Values]) -> Values:
    def values(place: int, name: str) -> Values:
        key = f"{place} {name}"
        if key not in asked:
            asked[key] = meaning(argument(node, place, name), scope, depth)
        return asked[key]

    if path == "builtins.getattr":
        return _union(*(attribute(values(0, ""), name) for name in texts_of(values(1, ""))))
    if path == "builtins.vars":
        return attribute(values(0, ""), "__dict__")
    if path == "importlib.import_module":
        names = texts_of(values(0, "name"))
        return tuple(Own("import") if name.startswith(".") else Ref(name) for name in names)
    if path == "builtins.__import__":
        whole = argument(node, 3, "fromlist") is not None
        return tuple(Ref(name if whole else name.partition(".")[0]) for name in texts_of(values(0, "name")))
    for lookup in _LOOKUPS:
        if path.endswith(lookup):
            return _item((Ref(path.removesuffix(lookup)),), values(0, ""))
    is_class = path.rpartition(".")[2][:1].isupper()
    return (Own("instance"),) if is_class and not path.startswith("torch.") else ()


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
