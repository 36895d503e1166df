"""The mutants of a solution that are right: an author's marks, each with its reason, beside the solution.

    # solutions/lecture7/averaging.equivalent.toml
    [[mutant]]
    function = "average_loop"
    old = "out = torch.zeros_like(x)"
    new = "out = torch.ones_like(x)"
    why = "every entry is written over"

A mark holds for an edit wherever in its function it stands; ``new`` may be a list. For conduct it is
``conduct = "float32 inside"`` in the place of old and new.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from grader.course import Exercise
from grader.errors import GraderError
from grader.reports.mutation import Fate, Tried

_KEYS = ({"function", "old", "new", "why"}, {"function", "conduct", "why"})


class Mark(msgspec.Struct, frozen=True):
    """One mutant that is right.

    Attributes:
        function: the function that is edited.
        old: the statement.
        new: what it becomes; of conduct the kind.
        why: the reason why every check passes.
        conduct: whether it is conduct.
    """

    function: str
    old: str
    new: str
    why: str
    conduct: bool = False

    def fits(self, tried: Tried) -> bool:
        """Whether this is the mutant that is meant."""
        if self.function != tried.function or self.conduct != tried.conduct:
            return False
        return self.new == tried.kind if self.conduct else (self.old, self.new) == (_bare(tried.old), _bare(tried.new))


def marks_file(exercise: Exercise) -> Path:
    """Where the marks of an exercise are, if it has any."""
    return exercise.solution.with_suffix(".equivalent.toml")


def read_marks(exercise: Exercise) -> tuple[Mark, ...]:
    """Read the marks of an exercise.

    Raises:
        GraderError: the file is not written as such files are.
    """
    path = marks_file(exercise)
    if not path.is_file():
        return ()
    try:
        tables = tomllib.loads(path.read_text("utf-8")).get("mutant", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GraderError(f"{path} is not valid TOML: {error}") from None
    return tuple(mark for number, table in enumerate(tables, 1) for mark in _marks(path, number, table))


def _marks(path: Path, number: int, table: dict[str, Any]) -> list[Mark]:
    if set(table) not in _KEYS or not str(table["why"]).strip():
        raise GraderError(
            f"{path}: mutant {number} needs function, old, new and why, or function, conduct and why; "
            f"it has {', '.join(table) or 'nothing'}."
        )
    key = "conduct" if "conduct" in table else "new"
    several = table[key] if isinstance(table[key], list) else [table[key]]
    old = _bare(str(table.get("old", "")))
    return [Mark(table["function"], old, _bare(str(one)), table["why"], key == "conduct") for one in several]


def _bare(text: str) -> str:
    """A text whatever white space ends its lines."""
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


def settle(exercise: Exercise, tried: Sequence[Tried]) -> tuple[list[Tried], list[str]]:
    """Take the marked mutants out, and find the marks that say nothing any more.

    Returns:
        The mutants, and a sentence for each mark that fits none that survives.
    """
    marks = read_marks(exercise)
    used: set[int] = set()
    settled: list[Tried] = []
    for one in tried:
        place = next((place for place, mark in enumerate(marks) if mark.fits(one)), None)
        if place is not None and one.fate in {Fate.SURVIVED, Fate.IDLE}:
            used.add(place)
            one = msgspec.structs.replace(one, fate=Fate.EQUIVALENT, by=marks[place].why)  # noqa: PLW2901
        settled.append(one)
    problems = [_stale(exercise, mark, tried) for place, mark in enumerate(marks) if place not in used]
    return settled, problems


def _stale(exercise: Exercise, mark: Mark, tried: Sequence[Tried]) -> str:
    killer = next((one.by for one in tried if mark.fits(one)), None)
    what = mark.new if mark.conduct else f"{mark.old!r} → {mark.new!r}"
    why = f"{killer} rejects it" if killer else "there is no such mutant"
    return f"{exercise.id}: {marks_file(exercise).name} marks {what} in {mark.function or 'the module'}, but {why}"
