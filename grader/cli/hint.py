"""`grade hint`: one hint at a time, from a nudge to the line itself."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.completing import exercises as exercises_named
from grader.cli.options import course_option, to_course
from grader.course import find_course
from grader.study.hints import hint_text


@click.command()
@click.argument("name", metavar="UNIT.EXERCISE", shell_complete=exercises_named)
@click.argument("number", type=click.IntRange(1), default=1)
@course_option
def hint(name: str, number: int, course_path: Path | None) -> None:
    """Show a hint for an exercise: the first is a nudge, NUMBER 2 says more, the last says nearly all."""
    course = find_course(course_path)
    click.echo(hint_text(course, name, number, option=to_course(course)))
