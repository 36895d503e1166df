"""`grade init`: a folder to work in."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.options import course_option
from grader.course import find_course, init_course


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@course_option
def init(folder: Path, course_path: Path | None) -> None:
    """Make FOLDER with the course's exercises, ready to be filled in."""
    course = find_course(course_path)
    written = init_course(folder, course)
    click.echo(f"{len(written)} files in {folder}. Next:\n")
    first = course.units[0].name if course.units else "all"
    click.echo(f"  cd {folder}\n  grade list\n  grade {first}")
