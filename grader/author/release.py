"""`grade release`: the stubs in `exercises/`, cut from `solutions/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.course.stubs import stub_of
from grader.errors import UsageError

if TYPE_CHECKING:
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
        UsageError: if the course has no solutions.
        CourseError: if a solution cannot be cut; then nothing is written.
    """
    if not (course.root / "solutions").is_dir():
        raise UsageError(f"{course.root} has no solutions/, so there is nothing to cut stubs from.")
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
    return outdated + _without_solution(course)


def _without_solution(course: Course) -> list[Path]:
    return [
        path
        for unit in course.units
        for path in sorted((course.root / "exercises" / unit.name).glob("*.py"))
        if path.name != "__init__.py" and not (course.root / "solutions" / unit.name / path.name).is_file()
    ]
