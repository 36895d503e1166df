"""`grade release`: the stubs in `exercises/`, cut from `solutions/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.course.course_file import CourseError
from grader.course.graphs import SUFFIX
from grader.course.stubs import stub_of
from grader.course.tables import CONTENTS
from grader.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.course import Course


def release(course: Course, check: bool) -> list[Path]:
    """Write every stub that its solution has outgrown.

    A stub without a solution is named and left as it is: only its author knows which of the two is missing.

    Args:
        course: the course, with its solutions.
        check: find out only, write nothing.

    Returns:
        The stubs that were or would be written, in course order, then those without a solution.

    Raises:
        UsageError: if the course has no solutions, or no units.
        CourseError: if a solution cannot be cut, or no ``unit.toml`` knows of it; then nothing is written.
    """
    if not (course.root / "solutions").is_dir():
        raise UsageError(f"{course.root} has no solutions/, so there is nothing to cut stubs from.")
    _demand_units(course)
    _demand_exercises(course)
    stubs = {
        exercise.stub: stub_of(exercise.id, exercise.solution, exercise.stub).encode()
        for exercise in course.exercises
        if exercise.solution.is_file()
    }
    outdated = [path for path, text in stubs.items() if not path.is_file() or path.read_bytes() != text]
    if not check:
        for path in outdated:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(stubs[path])
    return outdated + without_solution(course)


def _demand_units(course: Course) -> None:
    """See that every folder with exercises has a ``unit.toml``: without one no command knows of them.

    Raises:
        CourseError: one has none; the message says what to write.
    """
    known = {unit.name for unit in course.units}
    for part in ("solutions", "exercises"):
        for folder in sorted((course.root / part).iterdir()):
            names = [path.stem for path in _modules(folder)]
            if names and folder.name not in known:
                unit = folder.name
                listed = ", ".join(f'"{name}"' for name in names)
                order = f', and put "{unit}" in `units` of {CONTENTS}' if (course.root / CONTENTS).exists() else ""
                raise CourseError(
                    f"{part}/{unit} belongs to no unit, since there is no exercises/{unit}/unit.toml. Write one that "
                    f'says `title = "…"` and `exercises = [{listed}]`, in the order to do them{order}.'
                )
    course.resolve([])  # an error where there are no units at all


def _demand_exercises(course: Course) -> None:
    """See that every solution and every graph belongs to an exercise that its ``unit.toml`` lists.

    Raises:
        CourseError: one does not; the message says where to list it.
    """
    for unit in course.units:
        listed = {exercise.name for exercise in unit.exercises}
        exercises = course.root / "exercises" / unit.name
        solutions = _modules(course.root / "solutions" / unit.name)
        graphs = sorted(exercises.glob(f"*{SUFFIX}"))
        found = [(path, path.stem) for path in solutions] + [(path, path.name.removesuffix(SUFFIX)) for path in graphs]
        for path, name in found:
            if name not in listed:
                raise CourseError(
                    f'{path.relative_to(course.root)} is of no exercise: put "{name}" in `exercises` of '
                    f"exercises/{unit.name}/unit.toml, where it comes, or move the file away."
                )


def _modules(folder: Path) -> Iterator[Path]:
    """What may be exercises in a folder; a name that begins with ``_`` says that a file is none."""
    return (path for path in sorted(folder.glob("*.py")) if not path.name.startswith("_"))


def without_solution(course: Course) -> list[Path]:
    """Give the stubs that no solution is left of."""
    return [
        path
        for unit in course.units
        for path in _modules(course.root / "exercises" / unit.name)
        if not (course.root / "solutions" / unit.name / path.name).is_file()
    ]
