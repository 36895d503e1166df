"""`grade hint`: one hint at a time, from a nudge to the line itself."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.completing import exercises as exercises_named
from grader.cli.options import course_option, to_course
from grader.course import find_course
from grader.errors import UsageError
from grader.reports.text import sanitize

_WIDTH = 88


@click.command()
@click.argument("name", metavar="UNIT.EXERCISE", shell_complete=exercises_named)
@click.argument("number", type=click.IntRange(1), default=1)
@course_option
def hint(name: str, number: int, course_path: Path | None) -> None:
    """Show a hint for an exercise: the first is a nudge, NUMBER 2 says more, the last says nearly all."""
    import textwrap

    course = find_course(course_path)
    exercises = course.resolve([name])
    if len(exercises) != 1:
        raise UsageError(f"Name one exercise of {name}, as in `grade hint {exercises[0].id}{to_course(course)}`.")
    (exercise,) = exercises
    again, option = f"grade hint {exercise.id}", to_course(course)
    if not exercise.hints:
        raise UsageError(f"This course has no hints for {exercise.id}: they come with the solutions.")
    if number > len(exercise.hints):
        last = len(exercise.hints)
        raise UsageError(f"{exercise.id} has {last} hints. The last: `{again} {last}{option}`.")
    click.echo(f"{exercise.id}, hint {number} of {len(exercise.hints)}\n")
    for line in sanitize(exercise.hints[number - 1]).splitlines():
        click.echo("\n".join(textwrap.wrap(line, _WIDTH)) or "")
    if number < len(exercise.hints):
        click.echo(f"\nStill stuck? `{again} {number + 1}{option}`")
