"""What a course consists of: units in order, their exercises, and how they are named on a command line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from grader.errors import UsageError
from grader.names import closest, one_of, plain, printable

Packages = Literal["torch", "numpy", "python"]  # what an exercise may import: all, NumPy alone, neither

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grader.graph import Graph

_MOST_SUGGESTIONS = 4


@dataclass(frozen=True)
class Exercise:
    """One module that a learner fills in.

    Attributes:
        unit: the folder it is in, as in ``lecture5``.
        name: the module's name, as in ``cross_entropy``.
        title: what reports call it.
        forbids: dotted names that a submission may not use.
        why_forbidden: the reason, to follow a colon.
        packages: ``torch``; ``numpy`` where torch cannot be imported; ``python`` where neither can.
        preload: modules that are imported before the submission.
        quiz: whether the learner fills in a dict of answers, and writes no code.
        hints: from a nudge to the line itself; empty where the course comes without solutions.
        stub: what the learner starts from. Of the paths any may not exist.
        solution: the reference.
        checks: the hidden tests.
        bank: the misconceptions.
        alternatives: the folder of correct solutions written differently.
        graph: what the page of a report draws of it; None where its author drew nothing.
    """

    unit: str
    name: str
    title: str
    forbids: tuple[str, ...]
    why_forbidden: str
    packages: Packages
    preload: tuple[str, ...]
    quiz: bool
    hints: tuple[str, ...]
    stub: Path
    solution: Path
    checks: Path
    bank: Path
    alternatives: Path
    graph: Graph | None

    @property
    def id(self) -> str:
        """How the exercise is known: ``lecture5.cross_entropy``."""
        return f"{self.unit}.{self.name}"

    @property
    def file(self) -> str:
        """Where the learner's file of it is, in a folder of exercises: ``exercises/lecture5/linear.py``."""
        return f"exercises/{self.unit}/{self.name}.py"

    @cached_property
    def symbols(self) -> dict[str, str]:
        """What the learner writes, each with its signature.

        As in ``{"cross_entropy_backward": "cross_entropy_backward(logits, targets)"}``. Read from the
        solution's marked blocks, or from the stub where there is no solution.
        """
        from grader.course.course_file import read_course_file
        from grader.course.symbols import symbols_of_solution, symbols_of_stub

        if self.solution.is_file():
            return symbols_of_solution(read_course_file(self.solution), str(self.solution))
        return symbols_of_stub(read_course_file(self.stub))

    @cached_property
    def returning(self) -> frozenset[str]:
        """Which of them, and which of their methods, have something to return: ``returning`` says how it is read."""
        from grader.course.course_file import read_course_file
        from grader.course.symbols import returning

        return returning(read_course_file(self.solution if self.solution.is_file() else self.stub))


@dataclass(frozen=True)
class Unit:
    """One folder of exercises, in the order in which they are meant to be done."""

    name: str
    title: str
    exercises: tuple[Exercise, ...]


@dataclass(frozen=True)
class Course:
    """A folder with ``exercises/`` and ``tests/hidden/``, and perhaps ``solutions/``.

    Attributes:
        root: the folder.
        units: in the order in which they are meant to be done.
        title: what the course calls itself; empty where it has no ``course.toml``.
        stands_in: whether a solution stands in for an exercise that is not done, where another builds on it.
    """

    root: Path
    units: tuple[Unit, ...]
    title: str = ""
    stands_in: bool = False

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """All exercises, in course order."""
        return tuple(exercise for unit in self.units for exercise in unit.exercises)

    def unit(self, name: str) -> Unit:
        """Find a unit by name.

        Raises:
            UsageError: if there is none, with the name that was probably meant.
        """
        for unit in self.units:
            if unit.name == name:
                return unit
        meant = closest(name, [unit.name for unit in self.units])
        raise UsageError(f"There is no unit {printable(name, 60)!r}. {self._advice([meant] if meant else [])}")

    def exercise(self, id: str) -> Exercise:  # noqa: A002 - the field's own name
        """Find an exercise by its id.

        Raises:
            UsageError: if there is none, with the id that was probably meant.
        """
        for exercise in self.exercises:
            if exercise.id == id:
                return exercise
        meant = [name for name in self._meant(id) if "." in name]
        raise UsageError(f"There is no exercise {printable(id, 60)!r}. {self._advice(meant)}")

    def resolve(self, names: Sequence[str]) -> tuple[Exercise, ...]:
        """Find the exercises that a command line names.

        Args:
            names: units (``lecture5``), exercises (``lecture5.train``) or ``all``, in any order and number;
                none at all means all.

        Returns:
            Each exercise once, in course order.

        Raises:
            UsageError: if a name is unknown, with what was probably meant, or the course has no units.
        """
        if not self.units:
            raise UsageError(self._advice([]))
        wanted: set[str] = set() if names else {exercise.id for exercise in self.exercises}
        for name in names:
            found = {e.id for e in self.exercises if name in ("all", e.unit, e.id)}
            if not found and name not in ("all", *(unit.name for unit in self.units)):
                meant = self._meant(name)
                advice = self._advice(meant) if meant else self._those_of_unit(name) or self._advice([])
                raise UsageError(f"There is no exercise or unit {printable(name, 60)!r}. {advice}")
            wanted |= found
        return tuple(exercise for exercise in self.exercises if exercise.id in wanted)

    def _meant(self, name: str) -> list[str]:
        """Guess which units or exercises a name stands for, best first."""
        units = [unit.name for unit in self.units]
        pieces = [p for p in name.removesuffix(".py").replace("\\", "/").replace("/", ".").split(".") if p]
        if len(pieces) > 1 and plain(pieces[-2]) in map(plain, units):  # lecture5.crossentropy, ./lecture5/train.py
            unit = closest(pieces[-2], units)
            inside = closest(pieces[-1], [e.name for e in self.exercises if e.unit == unit])
            if inside:
                return [f"{unit}.{inside}"]
            return [e.id for e in self.exercises if plain(e.name) == plain(pieces[-1])][:_MOST_SUGGESTIONS]
        if len(pieces) > 1:
            meant = closest(".".join(pieces[-2:]), [e.id for e in self.exercises])
            if meant:
                return [meant]
        last = pieces[-1] if pieces else name
        known = closest(last, [*units, "all", *(e.name for e in self.exercises)])
        if known is None or known in units or known == "all":
            return [known] if known else []
        return [e.id for e in self.exercises if e.name == known][:_MOST_SUGGESTIONS]

    def _those_of_unit(self, name: str) -> str:
        """What there is in the unit that a name begins with; empty where it begins with none."""
        unit = next((unit.name for unit in self.units if name.startswith(f"{unit.name}.")), "")
        names = ", ".join(exercise.name for exercise in self.exercises if exercise.unit == unit)
        return f"The exercises of {unit} are {names}." if names else ""

    def _advice(self, meant: list[str]) -> str:
        if meant:
            return f"Did you mean {one_of(meant)}?"
        if not self.units:
            return (
                f"The course in {self.root} has no units: no folder in its exercises/ has a unit.toml. "
                "`grade init FOLDER --new-course` makes a course to start from."
            )
        example = next((e.id for e in self.exercises), "lecture5.cross_entropy")
        units = ", ".join(unit.name for unit in self.units)
        return f"The units are {units}. Name one, one exercise of it (as in {example}), or all."
