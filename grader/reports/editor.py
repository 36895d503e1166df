"""Failing checks as editors read a compiler's errors: `file:line: message`, a line for each."""

from __future__ import annotations

import re

from grader.names import CELL
from grader.reports.model import CheckResult, ExerciseResult, Report, Verdict
from grader.reports.text import sanitize

_LONGEST = 600
_PLACE = re.compile(r"(.+):(\d{1,9})", re.DOTALL)
_CELL = re.compile(r"(.+?\.ipynb), (cell \d+), line \d+", re.DOTALL)
_IN_WORDS = re.compile(r"Line (\d{1,9})(?: of (cell \d+))?: ")  # of a file that Python cannot read
_QUIET = {Verdict.PASSED, Verdict.NOT_STARTED, Verdict.BLOCKED, Verdict.GRADER_FAULT}


def to_editor(report: Report) -> bytes:
    """The checks that failed; what is not started, waits, or failed on our side is no mistake in the file.

    Where all checks of an exercise failed for one reason, as for a file that Python cannot read, that is one problem.
    """
    lines: list[str] = []
    for exercise in report.exercises:
        failed = [check for check in exercise.checks if check.verdict not in _QUIET and not check.is_more]
        whole = len(failed) == len(exercise.checks) > 1 and len({check.failure for check in failed}) == 1
        lines += [_line(exercise, failed[0], "")] if whole else [_line(exercise, c, c.name) for c in failed]
    return "".join(f"{line}\n" for line in lines).encode(errors="backslashreplace")


def _line(exercise: ExerciseResult, check: CheckResult, name: str) -> str:
    file, line, inside = _place(exercise, check)
    said = ""
    if check.failure is not None:
        findings = (finding.text for finding in check.failure.findings)
        said = " ".join([check.failure.headline, *(text for text in findings if text not in check.failure.headline)])
    text = _flat(f"{inside}: {said}" if inside else said)[:_LONGEST]
    about = f"{exercise.exercise}: {_flat(name.removeprefix('test_'))}" if name else exercise.exercise
    return f"{_flat(file)}:{line}: {text} [{about}]"


def _place(exercise: ExerciseResult, check: CheckResult) -> tuple[str, int, str]:
    """File, line and, in a notebook, cell of a failure: an editor opens a notebook at its first line."""
    failure = check.failure
    if failure is None:
        return exercise.file, 1, ""
    for place in [failure.location, *(frame.place for frame in failure.traceback[-1:])]:
        cell = _CELL.fullmatch(place) if CELL in place else None
        if cell is not None:
            return cell[1], 1, cell[2]
        found = _PLACE.fullmatch(place)
        if found is not None:
            return found[1], max(int(found[2]), 1), ""
    told = _IN_WORDS.match(failure.headline)
    return exercise.file, int(told[1]) if told is not None and not told[2] else 1, ""


def _flat(text: str) -> str:
    """A text on one line, with nothing in it that commands a terminal."""
    return " ".join(sanitize(text, multiline=True).split())
