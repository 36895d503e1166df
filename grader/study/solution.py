"""The course's own solution beside a learner's: what differs, line by line."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from grader.course.course_file import read_course_file
from grader.course.header import without_hints
from grader.course.stubs import find_blocks
from grader.errors import UsageError
from grader.reports.lines import Charset, Line, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.course import Exercise

_MOST_LINES = 3_000  # of a file that is compared: comparing takes their square
_LONGEST = 2_000
_STYLES = {"-": "failed", "+": "passed", "@": "faint"}
_BLANKS = re.compile(r"[ \t]+$", re.MULTILINE)


def solution_text(exercise: Exercise) -> str:
    """The solution as its author would hand it in: without hints, and without the marks of what learners write.

    Raises:
        UsageError: the course came without it.
    """
    if not exercise.solution.is_file():
        raise UsageError(f"This course has no solution of {exercise.id}: it came without solutions.")
    text = read_course_file(exercise.solution)
    lines = text.split("\n")
    for block in reversed(find_blocks(text, str(exercise.solution))):
        del lines[block.last - 1], lines[block.first - 1]
    return without_hints("\n".join(lines), str(exercise.solution))


def compare(own: str, solution: str, exercise: Exercise, charset: Charset) -> list[Line]:
    """The differences as a unified diff, yours with a minus; the solution alone where there is nothing to compare.

    Args:
        own: the learner's file; empty where there is none.
        solution: what ``solution_text`` gives.
        exercise: which it is.
        charset: what the terminal can show.
    """
    mine, theirs = (_BLANKS.sub("", text).splitlines() for text in (own, solution))
    if not own.strip() or len(mine) > _MOST_LINES:
        return [(Span(charset.clean(line)),) for line in theirs]
    return [_styled(line, charset) for line in _diff(mine, theirs, exercise)]


def _diff(mine: list[str], theirs: list[str], exercise: Exercise) -> Iterator[str]:
    bounded = [line[:_LONGEST] for line in mine]
    return difflib.unified_diff(bounded, theirs, exercise.file, f"the course's {exercise.id}", n=3, lineterm="")


def _styled(line: str, charset: Charset) -> Line:
    style = "heading" if line.startswith(("--- ", "+++ ")) else _STYLES.get(line[:1], "")
    return (Span(charset.clean(line), style),)
