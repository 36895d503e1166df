"""Hints of an exercise in words: from a nudge to the line itself."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from grader.errors import UsageError
from grader.reports.text import sanitize

if TYPE_CHECKING:
    from grader.course import Course

_WIDTH = 88


def hint_text(course: Course, name: str, number: int, command: str = "grade hint", option: str = "") -> str:
    """A hint, and how to get the next one.

    Args:
        course: the course.
        name: one exercise of it.
        number: which hint, from 1.
        command: what is typed to ask for one.
        option: what is typed after that.

    Raises:
        UsageError: there is no such exercise, or no such hint.
    """
    exercises = course.resolve([name])
    if len(exercises) != 1:
        raise UsageError(f"Name one exercise of {name}, as in `{command} {exercises[0].id}{option}`.")
    (exercise,) = exercises
    again = f"{command} {exercise.id}"
    if not exercise.hints:
        raise UsageError(f"This course has no hints for {exercise.id}: they come with the solutions.")
    if not 1 <= number <= len(exercise.hints):
        last = len(exercise.hints)
        raise UsageError(f"{exercise.id} has {last} hints. The last: `{again} {last}{option}`.")
    lines = [f"{exercise.id}, hint {number} of {len(exercise.hints)}", ""]
    for line in sanitize(exercise.hints[number - 1], multiline=True).splitlines():
        lines += textwrap.wrap(line, _WIDTH) or [""]
    if number < len(exercise.hints):
        lines += ["", f"Still stuck? `{again} {number + 1}{option}`"]
    return "\n".join(lines)
