"""`grade list`: what there is to do, and how each of it stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.completing import units_and_exercises
from grader.cli.options import course_option
from grader.cli.output import console, printing
from grader.course import find_course

if TYPE_CHECKING:
    from grader.course import Course


@click.command("list")
@click.argument("units", nargs=-1, metavar="UNIT|UNIT.EXERCISE …", shell_complete=units_and_exercises)
@click.option("--history", "wants_history", is_flag=True, help="Show what was graded when, and its points.")
@course_option
def list_course(units: tuple[str, ...], wants_history: bool, course_path: Path | None) -> None:
    """List the units and exercises, in the order to do them; where exercises/ is, with how each stands."""
    from grader.study.progress import is_course_folder

    course = find_course(course_path)
    here = Path.cwd()
    if wants_history or is_course_folder(here):
        _print_standing(course, units, here, wants_history=wants_history)
        return
    if course.title and not units:
        click.echo(f"{course.title}\n")
    wanted = {exercise.id for exercise in course.resolve(units)}
    for unit in course.units:
        exercises = [exercise for exercise in unit.exercises if exercise.id in wanted]
        if not exercises:
            continue
        click.echo(f"{unit.name} · {unit.title}")
        width = max(len(exercise.name) for exercise in exercises)
        for exercise in exercises:
            click.echo(f"  {exercise.name:<{width}}  {exercise.title}")


def _print_standing(course: Course, units: tuple[str, ...], here: Path, *, wants_history: bool) -> None:
    from grader.reports.terminal import print_lines
    from grader.study.progress import read_progress
    from grader.study.standing_lines import history, legend, listed

    exercises = course.resolve(units)
    found = read_progress(course, here)
    with printing():
        if wants_history:
            print_lines(lambda width, charset: history(found, exercises, width, charset), console())
            return
        print_lines(
            lambda width, charset: [*listed(course, found, exercises, width, charset), (), *legend(width, charset)],
            console(),
        )
