"""Finding the course, and loading its units and exercises."""

from __future__ import annotations

import os
from pathlib import Path

from grader.course.course_file import CourseError, read_course_file
from grader.course.graphs import read_graph
from grader.course.header import read_header
from grader.course.model import Course, Exercise, Unit
from grader.course.tables import read_contents, read_unit_toml
from grader.errors import UsageError

_PACKAGE = Path(__file__).resolve().parents[1]


def find_course(start: Path | None = None) -> Course:
    """Find the course and load it.

    Args:
        start: the course's folder. None: the course that the grader was installed with, else the checkout that
            the grader lies in. Never the current folder: its checks would run in the trusted process, and in a
            learner's repository they are the learner's.

    Raises:
        UsageError: if there is no course.
        CourseError: if a file of the course is wrong.
    """
    if start is not None:
        root = start.resolve()
        if not _is_course(root):
            above = next((folder for folder in root.parents if _is_course(folder)), None)
            advice = f"Did you mean {above}?" if above else "Give a folder that has both."
            raise UsageError(f"{start} is not a course: it lacks exercises/ or tests/hidden/. {advice}")
        return load_course(root)
    own = own_course()
    if own is None:
        raise UsageError("No course came with this grader. Give the course's folder: --course PATH.")
    return load_course(own)


def own_course() -> Path | None:
    """Where the course lies that is taken where none is named; None where the grader came without one."""
    return next((folder for folder in (_PACKAGE / "_course", _PACKAGE.parent) if _is_course(folder)), None)


def load_course(root: Path) -> Course:
    """Load a course: the units that ``exercises/course.toml`` lists, in its order.

    Raises:
        CourseError: if ``course.toml``, a ``unit.toml``, a graph or an exercise block is wrong, or what they list is
            not there.
    """
    contents = read_contents(root)
    units = tuple(_load_unit(root, name) for name in contents.units)
    return Course(root=root, title=contents.title, units=units, stands_in=contents.stands_in)


def _is_course(folder: Path) -> bool:
    # os.path answers False where Path.is_dir would raise: a folder above this one may be closed to us
    return all(os.path.isdir(folder / part) for part in ("exercises", "tests/hidden"))  # noqa: PTH112


def _load_unit(root: Path, name: str) -> Unit:
    title, exercises = read_unit_toml(root, name)
    return Unit(name=name, title=title, exercises=tuple(_load_exercise(root, name, e) for e in exercises))


def _load_exercise(root: Path, unit: str, name: str) -> Exercise:
    stub = root / "exercises" / unit / f"{name}.py"
    solution = root / "solutions" / unit / f"{name}.py"
    source = solution if solution.is_file() else stub
    if not source.is_file():
        raise CourseError(
            f"exercises/{unit}/unit.toml lists {name!r}, but there is neither solutions/{unit}/{name}.py nor "
            f"exercises/{unit}/{name}.py."
        )
    header = read_header(read_course_file(source), str(source.relative_to(root)))
    return Exercise(
        unit=unit,
        name=name,
        title=header.title,
        forbids=header.forbids,
        why_forbidden=header.why_forbidden,
        packages=header.packages,
        preload=header.preload,
        quiz=header.quiz,
        hints=header.hints,
        stub=stub,
        solution=solution,
        checks=root / "tests" / "hidden" / unit / f"test_{name}.py",
        bank=root / "tests" / "misconceptions" / unit / f"{name}.py",
        alternatives=root / "tests" / "alternatives" / unit / name,
        graph=read_graph(root, unit, name),
    )
