"""`grade hint`: one hint at a time, from a nudge to the line itself."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.options import course_option
from grader.course import find_course
from grader.errors import UsageError
from grader.reports.text import sanitize

_WIDTH = 88


@click.command()
@click.argument("name", metavar="UNIT.EXERCISE")
@click.argument("number", type=click.IntRange(1), default=1)
@course_option
def hint(name: str, number: int, course_path: Path | None) -> None:
    """Show a hint for an exercise: the first is a nudge, NUMBER 2 says more, the last says nearly all."""
    import textwrap

    course = find_course(course_path)
    exercises = course.resolve([name])
    if len(exercises) != 1:
        raise UsageError(f"Name one exercise of {name}, as in `grade hint {exercises[0].id}`.")
    (exercise,) = exercises
    if not exercise.hints:
        raise UsageError(f"This course has no hints for {exercise.id}: they come with the solutions.")
    if number > len(exercise.hints):
        raise UsageError(f"{exercise.id} has {len(exercise.hints)} hints. The last: `grade hint {exercise.id} "
                         f"{len(exercise.hints)}`.")  # fmt: skip
    click.echo(f"{exercise.id}, hint {number} of {len(exercise.hints)}\n")
    for line in sanitize(exercise.hints[number - 1]).splitlines():
        click.echo("\n".join(textwrap.wrap(line, _WIDTH)) or "")
    if number < len(exercise.hints):
        click.echo(f"\nStill stuck? `grade hint {exercise.id} {number + 1}`")
