"""The bank of known wrong answers: it names mistakes, it tests the checks, and it documents what goes wrong."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import msgspec

from grader.errors import GraderError


class Misconception(msgspec.Struct, frozen=True):
    """One plausible wrong implementation.

    Attributes:
        name: short and unique in its exercise.
        sentence: what corrects it, for the learner.
        symbol: the function or class that it replaces.
        source: a whole module: the solution with that symbol replaced.
        violates: the checks whose demands it violates, ``test_`` left out; empty where the bank does not say.
    """

    name: str
    sentence: str
    symbol: str
    source: str
    violates: tuple[str, ...] = ()


def read_bank(bank: Path, solution: Path) -> tuple[Misconception, ...]:
    """Read an exercise's bank.

    Args:
        bank: ``tests/misconceptions/<unit>/<exercise>.py``; may be missing.
        solution: the module whose symbols the bank's functions replace.

    Raises:
        GraderError: the bank is not written as banks are; the message names the line.
    """
    if not bank.is_file() or not solution.is_file():
        return ()
    text, base = bank.read_text("utf-8"), solution.read_text("utf-8")
    tree = ast.parse(text, str(bank))
    lines = text.splitlines(keepends=True)
    wrong = [node for node in tree.body if _decorator(node) is not None]
    common = _without(lines, wrong, tree)
    found: list[Misconception] = []
    for node in wrong:
        sentence, name, violates = _arguments(node, bank)
        name = name or _slug(sentence)
        if any(other.name == name for other in found):
            raise GraderError(f"{bank}:{node.lineno}: a misconception named {name!r} is already there")
        symbol = _symbol(node)
        kept = [d for d in getattr(node, "decorator_list", []) if d is not _decorator(node)]
        own = "".join(f"@{ast.unparse(d)}\n" for d in kept) + "".join(lines[node.lineno - 1 : node.end_lineno])
        if isinstance(node, ast.Assign):
            own = f"{symbol} = {{**{symbol}, **{ast.unparse(_entry(node))}}}\n"
        source = f"{base}\n\n# --- wrong answer: {name} ---\n{common}\n\n{own}"
        found.append(Misconception(name, sentence, symbol, source, violates))
    return tuple(found)


def _decorator(node: ast.stmt) -> ast.Call | None:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "misconception":
                return decorator
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Call):
        call = node.value.func
        return call if getattr(call.func, "id", "") == "misconception" else None
    return None


def _symbol(node: ast.stmt) -> str:
    """The name that a wrong answer replaces, or replaces an entry of."""
    return ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else str(getattr(node, "name", ""))


def _entry(node: ast.Assign) -> ast.expr:
    """What ``misconception(…)({"question": "a"})`` is called with."""
    assert isinstance(node.value, ast.Call)
    return node.value.args[0]


def _arguments(node: ast.stmt, bank: Path) -> tuple[str, str, tuple[str, ...]]:
    call = _decorator(node)
    assert call is not None
    values = [ast.literal_eval(arg) for arg in call.args]
    named = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    sentence = values[0] if values else named.get("sentence", "")
    name = values[1] if len(values) > 1 else named.get("name", "")
    if not sentence:
        raise GraderError(f"{bank}:{node.lineno}: a misconception needs the sentence that corrects it")
    violates = values[2] if len(values) > 2 else named.get("violates", ())
    if isinstance(violates, str) or not all(isinstance(check, str) for check in violates):
        raise GraderError(f'{bank}:{node.lineno}: violates takes names of checks, as in violates=("causal",)')
    return str(sentence), str(name), tuple(violates)


def _without(lines: list[str], wrong: list[ast.stmt], tree: ast.Module) -> str:
    """The bank's imports and helpers: its text less the wrong answers, the docstring and grader imports."""
    dropped: list[ast.stmt] = list(wrong)
    for node in tree.body:
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        of_grader = isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {
            "grader",
            "__future__",
        }
        if is_docstring or of_grader:
            dropped.append(node)
    gone: set[int] = set()
    for node in dropped:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        gone.update(range(first, (node.end_lineno or node.lineno) + 1))
    return "".join(line for number, line in enumerate(lines, 1) if number not in gone).strip()


def _slug(sentence: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", sentence.lower())
    return "-".join(words[:8])
