"""Where in a learner's file to look, when a check has failed."""

from __future__ import annotations

import re

import msgspec

from grader.course import Exercise, SourceFile
from grader.reports.model import CheckResult

_LOCATION = re.compile(r"(.+):(\d+)")
_DEFINITION = re.compile(r"\s*(async\s+)?(def|class)\b")  # a place, but hardly the one where the mistake is
_LINE = re.compile(r"Line (\d+)\b")  # a file that Python cannot read
_ABOUT = re.compile(r"([A-Za-z_]\w*)[ ,]")  # the answer that a headline begins with: "bnvar is not right"


class CodePlace(msgspec.Struct, frozen=True):
    """A line of the learner's.

    Attributes:
        file: the file, as it is shown.
        line: the line in it.
        source: what stands there.
        is_exact: whether the failure itself names it; else it is a guess: an assignment, or where the function begins.
    """

    file: str
    line: int
    source: str = ""
    is_exact: bool = True

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def place_of_failure(check: CheckResult | None, exercise: Exercise, source: SourceFile) -> CodePlace:
    """The line that a failure names; else where what is wrong gets its value; else the function that it is about."""
    failure = check.failure if check is not None else None
    if failure is not None:
        for frame in reversed(failure.traceback):
            if frame.file == source.display:
                return CodePlace(frame.file, frame.line, frame.source)
        named = _LOCATION.fullmatch(failure.location)
        located = _at(source, int(named[2])) if named is not None and named[1] == source.display else None
        if located is not None and not _DEFINITION.match(located.source):
            return located
        said_so = _LINE.match(failure.headline) if failure.location == source.display else None
        if said_so is not None:
            return _at(source, int(said_so[1]))
        assigned = _assignment(failure.headline, source.text)
        if assigned is not None:
            return _at(source, assigned, is_exact=False)
        if located is not None:
            return located
    lines = _definitions(exercise, source)
    said = " ".join([check.name, check.demand, failure.headline if failure else ""]) if check is not None else ""
    mentioned = [name for name in lines if re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", said)]
    chosen = max(mentioned, key=len, default=next(iter(lines), None))
    return _at(source, 1 if chosen is None else lines[chosen], is_exact=False)


def _assignment(headline: str, text: str) -> int | None:
    """The line where what a headline is about gets its value for the last time; None where no line says so."""
    about = _ABOUT.match(headline)
    if about is None:
        return None
    found = list(re.finditer(rf"^[ \t]*{about[1]}[ \t]*=(?!=)", text, re.MULTILINE))
    return text.count("\n", 0, found[-1].start()) + 1 if found else None


def _definitions(exercise: Exercise, source: SourceFile) -> dict[str, int]:
    """Where what the learner writes begins, by its own name."""
    found: dict[str, int] = {}
    for symbol in exercise.symbols:
        name = symbol.rpartition(".")[2]
        begins = re.search(rf"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+{re.escape(name)}\b", source.text, re.MULTILINE)
        if begins is not None:
            found.setdefault(name, source.text.count("\n", 0, begins.start()) + 1)
    return found


def _at(source: SourceFile, line: int, *, is_exact: bool = True) -> CodePlace:
    rows = source.text.split("\n")
    file, shown = source.place(line)
    return CodePlace(file, shown, rows[line - 1] if line <= len(rows) else "", is_exact)
