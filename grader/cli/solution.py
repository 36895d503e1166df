"""`grade solution`: the course's own, beside one's own."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.completing import exercises
from grader.cli.options import course_option, to_course
from grader.cli.output import console, printing
from grader.course import find_course
from grader.errors import UsageError


@click.command()
@click.argument("name", metavar="UNIT.EXERCISE", shell_complete=exercises)
@click.option("--anyway", is_flag=True, help="Show it though yours has not passed yet.")
@course_option
def solution(name: str, anyway: bool, course_path: Path | None) -> None:
    """Show the course's solution of an exercise that you have passed, as a diff from yours (-) to it (+)."""
    from grader.reports.terminal import print_lines
    from grader.study.progress import own_files, read_progress, the_one
    from grader.study.solution import compare, solution_text

    course = find_course(course_path)
    exercise = the_one(course, name, "grade solution")
    text = solution_text(exercise)
    here = Path.cwd()
    if not anyway and not read_progress(course, here).of(exercise.id).has_passed:
        raise UsageError(
            f"{exercise.id} has not passed here yet. `grade hint {exercise.id}{to_course(course)}` says a little, and "
            f"`grade solution {exercise.id} --anyway{to_course(course)}` shows all of it."
        )
    source = own_files(course, here).files.get(exercise.id)
    own = "" if source is None else source.text
    with printing():
        print_lines(lambda _, charset: compare(own, text, exercise, charset), console())
    if own and own.split() == text.split():
        click.echo(f"Yours is the course's own {exercise.id}, to the letter.")
