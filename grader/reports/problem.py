"""A failing check as one sentence at one place: what editors, annotations and code-quality reports show."""

from __future__ import annotations

import re

import msgspec

from grader.names import CELL
from grader.reports.model import CheckResult, ExerciseResult, Verdict
from grader.reports.text import sanitize

_LONGEST = 600
_LONGEST_PLACE = 4_096  # of what names a file; anything longer is no name
_PLACE = re.compile(r"(.+):(\d{1,9})", re.DOTALL)
_CELL = re.compile(r"(.+?\.ipynb), (cell \d+), line \d+", re.DOTALL)
_IN_WORDS = re.compile(r"Line (\d{1,9})(?: of (cell \d+))?: ")  # of a file that Python cannot read
_QUIET = {Verdict.PASSED, Verdict.NOT_STARTED, Verdict.BLOCKED, Verdict.GRADER_FAULT}


class Problem(msgspec.Struct, frozen=True):
    """What is wrong, and where.

    Attributes:
        file: as the report has it.
        line: from 1; of a notebook always 1, for its first line is where an editor opens it.
        text: one line that begins with the notebook's cell, where there is one.
        check: the check; of several that failed for one reason, the first.
        is_whole: whether all checks of the exercise failed for this reason.
    """

    file: str
    line: int
    text: str
    check: CheckResult
    is_whole: bool = False

    def about(self, exercise: ExerciseResult) -> str:
        """What it is about: ``lecture5.linear``, or ``lecture5.linear: views``."""
        name = "" if self.is_whole else flat(self.check.name.removeprefix("test_"))
        return f"{exercise.exercise}: {name}" if name else exercise.exercise


def problems(exercise: ExerciseResult) -> list[Problem]:
    """The checks that failed; what is not started, waits, or failed on our side is no mistake in the file.

    Where all checks of an exercise failed for one reason, as for a file that Python cannot read, that is one problem.
    """
    failed = [check for check in exercise.checks if check.verdict not in _QUIET and not check.is_more]
    whole = len(failed) == len(exercise.checks) > 1 and len({check.failure for check in failed}) == 1
    return [_problem(exercise, check, is_whole=whole) for check in (failed[:1] if whole else failed)]


def _problem(exercise: ExerciseResult, check: CheckResult, *, is_whole: bool) -> Problem:
    file, line, inside = place_of_failure(exercise, check)
    said = sentence_of_failure(check)
    text = flat(f"{inside}: {said}" if inside else said)[:_LONGEST]
    return Problem(flat(file), line, text, check, is_whole)


def sentence_of_failure(check: CheckResult) -> str:
    """What is wrong, and what was misunderstood where that is known."""
    if check.failure is None:
        return ""
    headline = check.failure.headline
    findings = (finding.text for finding in check.failure.findings)
    return " ".join([headline, *(text for text in findings if text not in headline)])


def place_of_failure(exercise: ExerciseResult, check: CheckResult) -> tuple[str, int, str]:
    """File, line and, in a notebook, cell of a failure."""
    failure = check.failure
    if failure is None:
        return exercise.file, 1, ""
    places = [failure.location, *(frame.place for frame in failure.traceback[-1:])]
    for place in (place for place in places if len(place) <= _LONGEST_PLACE):
        cell = _CELL.fullmatch(place) if CELL in place else None
        if cell is not None:
            return cell[1], 1, cell[2]
        found = _PLACE.fullmatch(place)
        if found is not None:
            return found[1], max(int(found[2]), 1), ""
    told = _IN_WORDS.match(failure.headline)
    return exercise.file, int(told[1]) if told is not None and not told[2] else 1, ""


def flat(text: str) -> str:
    """A text on one line, with nothing in it that commands a terminal."""
    return " ".join(sanitize(text, multiline=True).split())
