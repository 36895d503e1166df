"""What verdicts rest on, as short texts: two courses with one fingerprint of an exercise grade it alike.

A fingerprint is of the bytes of files and their names below the course, line ends as they are: the same on every
machine that has the same checkout, wherever it lies.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from grader.course.course_file import read_course_file
from grader.course.graphs import SUFFIX
from grader.course.imports import names_imported
from grader.course.stubs import stub_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from grader.course.model import Course, Exercise

_OF_CHECKS = ("tests", "hidden")
_OF_SOLUTIONS = ("solutions", "exercises")  # what their folder may be called in an import statement


def fingerprint(*parts: str | bytes) -> str:
    """What a result depends on, as one short text."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode(errors="surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def fingerprint_of_course(course: Course, exercises: Iterable[Exercise]) -> str:
    """All that the verdicts on some exercises of a course depend on, in whatever order they are given."""
    ids = {exercise.id for exercise in exercises}
    parts = [f"{e.id} {fingerprint_of_exercise(e)}" for e in course.exercises if e.id in ids]
    return fingerprint("stands in" if course.stands_in else "", *sorted(parts))


def fingerprint_of_exercise(exercise: Exercise) -> str:
    """All that the verdicts on an exercise depend on.

    These are its stub, checks, solution, bank and graph, the solutions that its solution builds on, and what lies
    beside the checks and is no other exercise's: a check may import it, or read it in any way.
    """
    root = root_of(exercise)
    parts: list[str | bytes] = []
    for path in sorted(_files_of(exercise, root)):
        parts += [path.relative_to(root).as_posix(), path.read_bytes()]
    return fingerprint(*parts)


def fingerprint_of_stub(exercise: Exercise) -> str:
    """What a learner starts from: the stub, cut from the solution where there is one."""
    return fingerprint(stub_of(exercise.id, exercise.solution, exercise.stub))


def root_of(exercise: Exercise) -> Path:
    """The folder of the course that an exercise is in."""
    return exercise.stub.parents[2]


def checks_imported(path: Path, root: Path) -> list[Path]:
    """The files below ``tests/hidden`` that a file there imports, directly."""
    return _imported(path, root.joinpath(*_OF_CHECKS), [_OF_CHECKS])


def _files_of(exercise: Exercise, root: Path) -> set[Path]:
    graph = exercise.stub.with_name(f"{exercise.name}{SUFFIX}")
    own = {exercise.stub, exercise.checks, exercise.solution, exercise.bank, graph}
    own |= _reached([exercise.checks], lambda path: checks_imported(path, root))
    solutions = root / "solutions"
    own |= _reached([exercise.solution], lambda path: _imported(path, solutions, [(name,) for name in _OF_SOLUTIONS]))
    return {path for path in (*own, *_beside(exercise.checks)) if path.is_file()}


def _beside(checks: Path) -> Iterator[Path]:
    """What lies in the folder of the checks, and in the one above it, and is no exercise's: tables, shared code."""
    found = (*checks.parent.rglob("*"), *checks.parents[1].glob("*"))
    return (path for path in found if path.suffix != ".pyc" and not (path.suffix == ".py" and path.stem[:5] == "test_"))


def _reached(first: Sequence[Path], imported: Callable[[Path], Iterable[Path]]) -> set[Path]:
    """Some files and all that they import, and so on."""
    found: set[Path] = set()
    waiting = [path for path in first if path.is_file()]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += imported(path)
    return found


def _imported(path: Path, top: Path, roots: Sequence[tuple[str, ...]]) -> list[Path]:
    """The files below a folder that one of them imports.

    Args:
        path: the file.
        top: the folder.
        roots: what the folder may be called at the beginning of an import.
    """
    module = ".".join(path.relative_to(top).with_suffix("").parts)
    found: dict[Path, None] = {}
    for parts in names_imported(read_course_file(path), module):
        for root in ((), *roots):
            if parts[: len(root)] != root or len(parts) == len(root):
                continue
            file = top.joinpath(*parts[len(root) :])
            for candidate in (file.with_suffix(".py"), file / "__init__.py"):
                if candidate != path and candidate.is_file():
                    found[candidate] = None
    return list(found)
