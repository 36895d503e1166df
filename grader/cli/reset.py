"""`grade reset`: begin an exercise anew."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.completing import exercises
from grader.cli.options import course_option, to_course
from grader.course import find_course


@click.command()
@click.argument("name", metavar="UNIT.EXERCISE", shell_complete=exercises)
@click.option("--undo", "undoing", is_flag=True, help="Put back what the last reset took out.")
@course_option
def reset(name: str, undoing: bool, course_path: Path | None) -> None:
    """Put the stub of an exercise back; what its file held is kept in .grade/."""
    from grader.study.progress import the_one
    from grader.study.reset import reset as begin_anew
    from grader.study.reset import undo

    course = find_course(course_path)
    exercise = the_one(course, name, "grade reset")
    if undoing:
        done = undo(course, exercise, Path.cwd())
        click.echo(f"{done.file} is again what {done.restored} holds.")
        if done.backup is not None:
            click.echo(f"What it held until now is in {done.backup}.")
        return
    done = begin_anew(course, exercise, Path.cwd())
    if not done.changed:
        click.echo(f"{done.file} is as it was handed out: there was nothing to reset.")
        return
    click.echo(f"{done.file} is the stub again.")
    if done.backup is not None:
        click.echo(
            f"What it held is in {done.backup}; `grade reset {exercise.id} --undo{to_course(course)}` puts it back."
        )
