"""What a run needs to know of the learner's files beside the one that is graded."""

from __future__ import annotations

from collections.abc import Callable

from grader.course import Course, Exercise, SourceFile, Submission, imports_of
from grader.reports.model import Status

_MOST_NOTES = 5


def siblings(exercise: Exercise, submission: Submission, course: Course) -> list[str]:
    """The names of the unit's exercises, and of the learner's other files there."""
    names = [other.name for other in course.unit(exercise.unit).exercises]
    own = [module.partition(".")[2] for module in submission.files if module.startswith(f"{exercise.unit}.")]
    return list(dict.fromkeys([*names, *own]))


def others_of_course(exercise: Exercise, submission: Submission, course: Course) -> frozenset[str]:
    """The learner's files of other exercises, as tracebacks call them."""
    ids = {other.id for other in course.exercises} - {exercise.id}
    return frozenset(file.display for module, file in submission.files.items() if module in ids)


def imported_by(source: SourceFile, submission: Submission, course: Course) -> list[SourceFile]:
    """The learner's files that one of them imports, and those that these import."""
    found: dict[str, SourceFile] = {}
    waiting = [source]
    while waiting:
        for name in imports_of(waiting.pop(), course):
            if name in submission.files and name not in found:
                found[name] = submission.files[name]
                waiting.append(found[name])
    return list(found.values())


def stand_ins(
    source: SourceFile, submission: Submission, course: Course, status_of: Callable[[str], Status | None]
) -> dict[str, SourceFile]:
    """The course's own solutions of what a file builds on and is not done, and of what these build on.

    Args:
        source: the learner's file.
        submission: their files.
        course: has the solutions.
        status_of: tells how an exercise stands; None for one that was not graded.

    Returns:
        The solutions that are needed and no others, by exercise.
    """
    found: dict[str, SourceFile] = {}
    seen = {source.module}
    waiting = [source]
    while waiting:
        for name in imports_of(waiting.pop(), course):
            if name in seen:
                continue
            seen.add(name)
            solution, own = course.exercise(name).solution, submission.files.get(name)
            if status_of(name) is Status.PASSED and own is not None:
                waiting.append(own)
            elif solution.is_file():
                found[name] = SourceFile(name, f"the course's own {name}", solution.read_text("utf-8"))
                waiting.append(found[name])
    return found


def notes_on_others(submission: Submission, course: Course) -> tuple[str, ...]:
    """Warnings about files that are no exercise: a random.py that shadows a module."""
    known = {exercise.id for exercise in course.exercises}
    others = (file for module, file in submission.files.items() if module not in known)
    return tuple(note for file in others for note in file.notes)[:_MOST_NOTES]


def is_stub(text: str, exercise: Exercise) -> bool:
    """Whether a learner's file is the stub as it was handed out."""
    return exercise.stub.is_file() and exercise.stub.read_text("utf-8").split() == text.split()
