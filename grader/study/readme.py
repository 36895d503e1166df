"""Where a unit's README speaks of an exercise, and where its file waits for the learner."""

from __future__ import annotations

from pathlib import Path

import msgspec

from grader.course import Exercise
from grader.course.source import Folder, decode

_NAME = "README.md"
_MOST_BYTES = 1 << 18


class Place(msgspec.Struct, frozen=True):
    """A line of a file.

    Attributes:
        file: as one types it.
        line: counted from 1.
        link: what a terminal opens where it is clicked.
    """

    file: str
    line: int
    link: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def in_readme(exercise: Exercise, here: Path) -> Place | None:
    """The line of the unit's README, in the learner's folder, that introduces an exercise; None where none does.

    That is its row in the table of exercises, else the first line that names it.
    """
    file = Path("exercises", exercise.unit, _NAME)
    name = f"`{exercise.name}`"
    lines = _lines(here, file)
    line = next((n for n, text in enumerate(lines, 1) if text.startswith(f"| {name} ")), 0)
    line = line or next((n for n, text in enumerate(lines, 1) if name in text), 0)
    return _place(here, file, line) if line else None


def to_write(exercise: Exercise, here: Path) -> Place:
    """Where something is not written yet; else where what the learner writes begins; else the file's first line."""
    file = Path(exercise.file)
    lines = _lines(here, file)
    begins = tuple(f"{word} {name}" for name in exercise.symbols for word in ("def", "class"))
    line = next((n for n, text in enumerate(lines, 1) if "raise NotImplementedError" in text), 0)
    return _place(here, file, line or next((n for n, text in enumerate(lines, 1) if text.startswith(begins)), 1))


def _place(here: Path, file: Path, line: int) -> Place:
    return Place(file.as_posix(), line, f"{(here / file).absolute().as_uri()}#{line}")


def _lines(here: Path, file: Path) -> list[str]:
    """The lines of a file of the learner's; none where it cannot be read."""
    try:
        with Folder(here / file.parent) as folder:
            data, fault = folder.read(file.name, _MOST_BYTES)
    except OSError:
        return []
    return [] if fault else decode(data[:_MOST_BYTES], file.name)[0].splitlines()
