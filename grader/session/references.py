"""The solutions and the bank of wrong answers as modules of the trusted process."""

from __future__ import annotations

import importlib
import types
from collections.abc import Callable
from typing import Self

from grader.course import Course, Exercise
from grader.diagnosis import KnownWrong
from grader.diagnosis.bank import Misconception, read_bank
from grader.errors import GraderError
from grader.sandbox.modules import SubmissionFinder

_ROOT = "gradlings_solutions"


class References:
    """Imports solutions under a name of their own, apart from anything a submission is called.

    Args:
        course: where the solutions are; a released course may have none.
    """

    def __init__(self, course: Course) -> None:
        self.course = course
        sources = {
            exercise.id: (exercise.solution.read_text("utf-8"), str(exercise.solution))
            for exercise in course.exercises
            if exercise.solution.is_file()
        }
        self._finder = SubmissionFinder(sources, root=_ROOT)
        self._banks: dict[str, tuple[KnownWrong, ...]] = {}

    def __enter__(self) -> Self:
        self._finder.install()
        return self

    def __exit__(self, *_: object) -> None:
        self._finder.remove()

    def solution(self, exercise: Exercise) -> types.ModuleType:
        """The solution's module.

        Raises:
            GraderError: there is none, or it cannot be imported.
        """
        if exercise.id not in self._finder.sources:
            raise GraderError(f"This course has no solution of {exercise.id}, which its hidden checks need.")
        try:
            return importlib.import_module(f"{_ROOT}.{exercise.id}")
        except Exception as error:
            raise GraderError(f"The solution of {exercise.id} cannot be imported: {error!r}") from error

    def solution_if_any(self, exercise: Exercise) -> types.ModuleType | None:
        """The solution's module; None where the course comes without it.

        Raises:
            GraderError: it cannot be imported.
        """
        return self.solution(exercise) if exercise.id in self._finder.sources else None

    def bank(self, exercise: Exercise) -> tuple[KnownWrong, ...]:
        """The exercise's known wrong answers, ready to run."""
        if exercise.id not in self._banks:
            entries = read_bank(exercise.bank, exercise.solution)
            self._banks[exercise.id] = tuple(
                KnownWrong(entry.name, entry.sentence, entry.symbol, self._maker(entry, exercise)) for entry in entries
            )
        return self._banks[exercise.id]

    def _maker(self, entry: Misconception, exercise: Exercise) -> Callable[[], types.ModuleType]:
        made: list[types.ModuleType] = []

        def make() -> types.ModuleType:
            if not made:
                made.append(self._module(entry, exercise))
            return made[0]

        return make

    def _module(self, entry: Misconception, exercise: Exercise) -> types.ModuleType:
        module = types.ModuleType(f"{_ROOT}.{exercise.id}")
        module.__package__ = f"{_ROOT}.{exercise.unit}"
        module.__file__ = str(exercise.bank)
        importlib.import_module(module.__package__)
        try:
            exec(compile(entry.source, str(exercise.bank), "exec", dont_inherit=True), module.__dict__)  # noqa: S102
        except Exception as error:
            raise GraderError(f"The misconception {entry.name!r} of {exercise.id} cannot run: {error!r}") from error
        return module
