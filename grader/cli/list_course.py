"""`grade list`: what there is to do."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.options import course_option
from grader.course import find_course


@click.command("list")
@click.argument("units", nargs=-1)
@course_option
def list_course(units: tuple[str, ...], course_path: Path | None) -> None:
    """List the units and exercises, in the order to do them."""
    course = find_course(course_path)
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
