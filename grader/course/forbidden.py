"""Where a file uses what its exercise forbids, read from the source; nothing of it is run.

Code below ``if __name__ == "__main__":`` is never graded, so a learner may compare with autograd there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.course.parsing import nodes_of, tree_of
from grader.course.rules import Rules
from grader.course.scan import Scan

if TYPE_CHECKING:
    from grader.course.source import SourceFile

_MOST_USES = 50
_LONGEST_LINE = 200


@dataclass(frozen=True)
class Use:
    """One line that uses something forbidden.

    Attributes:
        name: what is forbidden, as the exercise's header has it.
        line: its number.
        text: the line itself.
        how: what it does, to follow "Line 12": ``uses torch.autograd.grad``.
    """

    name: str
    line: int
    text: str
    how: str


def find_forbidden(source: SourceFile, forbids: Sequence[str], imported: Iterable[SourceFile] = ()) -> tuple[Use, ...]:
    """Find the lines of a file that use what is forbidden.

    ``["torch.autograd", "Tensor.backward"]`` forbids the module under every name it can be given, and a method
    ``backward`` of anything that is not the learner's own. ``torch.autograd`` includes every way to ask torch to
    record gradients, such as ``requires_grad=True``.

    Args:
        source: the file.
        forbids: full names, of modules, functions and classes, or ``Tensor.`` and a method.
        imported: the learner's other files that it imports: methods that their classes define are no tensor's.

    Returns:
        At most one use for each line and forbidden name, in order; none for a file that is not Python.
    """
    tree = tree_of("" if source.fault or not forbids else source.text)
    if tree is None:
        return ()
    rules = Rules(forbids)
    texts = (source.text, *(other.text for other in imported if not other.fault))
    own = {name for text in texts for name in _own_members(text, rules)}
    scan = Scan(rules, own)
    scan.run(tree)
    lines = source.text.split("\n")
    found = sorted(scan.uses.items())[:_MOST_USES]
    return tuple(Use(name, line, _line(lines, line), how) for (line, _, name), how in found)


def _line(lines: list[str], number: int) -> str:
    return lines[number - 1].strip()[:_LONGEST_LINE] if number <= len(lines) else ""


def _own_members(text: str, rules: Rules) -> Iterator[str]:
    """Those forbidden methods, and ``requires_grad``, that objects of a file have of their own."""
    wanted = {*rules.methods, *(("requires_grad", "requires_grad_") if rules.graph else ())}
    wanted = {name for name in wanted if name in text}
    for node in nodes_of(text) if wanted else ():
        names: list[str] = []
        match node:
            case ast.ClassDef(body=body):
                names = [name for statement in body for name in _defined(statement)]
            case ast.Attribute(value=value, attr=attr, ctx=ast.Store()):
                # x.requires_grad = True is asking torch; self.requires_grad = True is an attribute of one's own
                if attr != "requires_grad" or (isinstance(value, ast.Name) and value.id == "self"):
                    names = [attr]
            case ast.Call(func=ast.Name(id=function) | ast.Attribute(attr=function), keywords=keywords):
                names = [keyword.arg for keyword in keywords if keyword.arg and keyword.arg != "requires_grad"]
                if function in {"namedtuple", "NamedTuple", "make_dataclass", "setattr"}:
                    names += [word for text in _strings_of(node) for word in re.findall(r"\w+", text)]
        yield from wanted.intersection(names)


def _strings_of(call: ast.Call) -> Iterator[str]:
    """The strings that a call is given, written out, in a list, or in tuples in a list; no deeper: calls may nest."""
    level: list[ast.expr | None] = [*call.args, *(keyword.value for keyword in call.keywords)]
    for _ in range(3):
        inner: list[ast.expr | None] = []
        for node in level:
            match node:
                case ast.Constant(value=str(text)):
                    yield text
                case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Dict(keys=items):
                    inner += items
        level = inner


def _defined(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []
