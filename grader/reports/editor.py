"""Failing checks as editors read a compiler's errors: `file:line: message`, a line for each."""

from __future__ import annotations

import re

from grader.names import CELL
from grader.reports.model import CheckResult, ExerciseResult, Report, Verdict
from grader.reports.text import sanitize

_LONGEST = 600
_PLACE = re.compile(r"(.+):(\d{1,9})", re.DOTALL)
_CELL = re.compile(r"(.+?\.ipynb), (cell \d+), line \d+", re.DOTALL)
_QUIET = {Verdict.PASSED, Verdict.NOT_STARTED, Verdict.BLOCKED, Verdict.GRADER_FAULT}


def to_editor(report: Report) -> bytes:
    """The checks that failed; what is not started, waits, or failed on our side is no mistake in the file."""
    lines = [
        f"{_line(exercise, check)}\n"
        for exercise in report.exercises
        for check in exercise.checks
        if check.verdict not in _QUIET and not check.is_more
    ]
    return "".join(lines).encode(errors="backslashreplace")


def _line(exercise: ExerciseResult, check: CheckResult) -> str:
    file, line, inside = _place(exercise, check)
    name = check.name.removeprefix("test_")
    said = [f"{inside}: "] if inside else []
    if check.failure is not None:
        findings = (finding.text for finding in check.failure.findings)
        said += " ".join([check.failure.headline, *(text for text in findings if text not in check.failure.headline)])
    text = _flat("".join(said))[:_LONGEST]
    return f"{_flat(file)}:{line}: {text} [{exercise.exercise}: {_flat(name)}]"


def _place(exercise: ExerciseResult, check: CheckResult) -> tuple[str, int, str]:
    """File, line and, in a notebook, cell of a failure: an editor opens a notebook at its first line."""
    failure = check.failure
    places = [] if failure is None else [failure.location, *(frame.place for frame in failure.traceback[-1:])]
    for place in places:
        cell = _CELL.fullmatch(place) if CELL in place else None
        if cell is not None:
            return cell[1], 1, cell[2]
        found = _PLACE.fullmatch(place)
        if found is not None:
            return found[1], max(int(found[2]), 1), ""
    return exercise.file, 1, ""


def _flat(text: str) -> str:
    """A text on one line, with nothing in it that commands a terminal."""
    return " ".join(sanitize(text, multiline=True).split())
