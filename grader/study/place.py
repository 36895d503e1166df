"""Where in a learner's file to look, when a check has failed."""

from __future__ import annotations

import re

import msgspec

from grader.course import Exercise, SourceFile
from grader.reports.model import CheckResult

_LOCATION = re.compile(r"(.+):(\d+)")


class CodePlace(msgspec.Struct, frozen=True):
    """A line of the learner's.

    Attributes:
        file: the file, as it is shown.
        line: the line in it.
        source: what stands there.
        is_exact: whether the failure itself names it; else it is where the function begins.
    """

    file: str
    line: int
    source: str = ""
    is_exact: bool = True

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def place_of_failure(check: CheckResult | None, exercise: Exercise, source: SourceFile) -> CodePlace:
    """The line that a failure names; else the function that the check is about, else the first to be written."""
    failure = check.failure if check is not None else None
    if failure is not None:
        for frame in reversed(failure.traceback):
            if frame.file == source.display:
                return CodePlace(frame.file, frame.line, frame.source)
        named = _LOCATION.fullmatch(failure.location)
        if named is not None and named[1] == source.display:
            return _at(source, int(named[2]), is_exact=True)
    lines = _definitions(exercise, source)
    said = " ".join([check.name, check.demand, failure.headline if failure else ""]) if check is not None else ""
    mentioned = [name for name in lines if re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", said)]
    chosen = max(mentioned, key=len, default=next(iter(lines), None))
    return _at(source, 1 if chosen is None else lines[chosen], is_exact=False)


def _definitions(exercise: Exercise, source: SourceFile) -> dict[str, int]:
    """Where what the learner writes begins, by its own name."""
    found: dict[str, int] = {}
    for symbol in exercise.symbols:
        name = symbol.rpartition(".")[2]
        begins = re.search(rf"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+{re.escape(name)}\b", source.text, re.MULTILINE)
        if begins is not None:
            found.setdefault(name, source.text.count("\n", 0, begins.start()) + 1)
    return found


def _at(source: SourceFile, line: int, *, is_exact: bool) -> CodePlace:
    rows = source.text.split("\n")
    file, shown = source.place(line)
    return CodePlace(file, shown, rows[line - 1] if line <= len(rows) else "", is_exact)
