"""What a shell is offered after the tab key: units, exercises and checks. Nothing slow is imported for it."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    import click

    from grader.course import Course

_HARMLESS = re.compile(r"[\w.\-]+(?:\[[\w.,\-]*\])?", re.ASCII)  # what a shell takes for one word and runs nothing of
_MOST_BYTES = 8 << 20  # of the last report


def exercises(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The exercises, by unit."""
    del param
    course = _course(ctx)
    return [] if course is None else _beginning(incomplete, ((e.id, e.title) for e in course.exercises))


def units_and_exercises(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The units; the exercises of one as soon as it is typed; and all."""
    del param
    return names_of(_course(ctx), incomplete)


def names_of(course: Course | None, incomplete: str) -> list[CompletionItem]:
    """Whatever `grade` grades whose name begins so."""
    if course is None:
        return []
    units = [(unit.name, unit.title) for unit in course.units]
    begun = [unit for unit in course.units if incomplete.startswith(unit.name)]
    inside = [(exercise.id, exercise.title) for unit in begun for exercise in unit.exercises]
    return _beginning(incomplete, [*units, *inside, ("all", "everything")])


def checks(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The checks of the report that was kept last; without one, those of the exercises that the command names."""
    del param
    named = ctx.params.get("names") or [
        word for word in ctx.args if not word.startswith("-")
    ]  # while a value is missing
    found = _last_checks() or _checks_of(_course(ctx), named)
    return _beginning(incomplete, found)


def _course(ctx: click.Context) -> Course | None:
    """The course that the command would take; None where there is none."""
    from grader.course import find_course
    from grader.errors import GraderError

    path = ctx.params.get("course_path")
    with contextlib.suppress(GraderError, OSError):
        return find_course(Path(path) if path else None)
    return None


def _last_checks() -> list[tuple[str, str]]:
    import msgspec

    from grader.reports.folder import HeldFolder
    from grader.reports.journal import FOLDER, LAST
    from grader.reports.json_format import from_json

    with contextlib.suppress(OSError, ValueError, msgspec.MsgspecError, RecursionError):
        report = from_json(HeldFolder(Path(FOLDER), make=False).read(LAST, _MOST_BYTES))
        return [
            (f"{exercise.exercise}.{check.name}", check.demand)
            for exercise in report.exercises
            for check in exercise.checks
        ]
    return []


def _checks_of(course: Course | None, names: Sequence[Any]) -> list[tuple[str, str]]:
    """The functions of the files of checks; the files are read and not run."""
    from grader.errors import GraderError

    found: list[tuple[str, str]] = []
    with contextlib.suppress(GraderError, OSError, SyntaxError, ValueError):
        for exercise in course.resolve([str(name) for name in names]) if course is not None and names else ():
            tree = ast.parse(exercise.checks.read_text("utf-8"))
            for node in tree.body:
                if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                    demand = (ast.get_docstring(node) or "").partition("\n")[0]
                    found.append((f"{exercise.id}.{node.name}", demand))
    return found


def _beginning(incomplete: str, found: Iterable[tuple[str, str]]) -> list[CompletionItem]:
    """Those that begin so, and are harmless in a shell: the last report may be anybody's."""
    return [
        CompletionItem(name, help=_one_line(says))
        for name, says in found
        if name.startswith(incomplete) and _HARMLESS.fullmatch(name)
    ]


def _one_line(text: str) -> str:
    """A description that can break neither the protocol of the shells nor a terminal."""
    return " ".join("".join(char if char.isprintable() else " " for char in text[:200]).split())[:80]
