"""`grade bundle`: what learners get, without any answer."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.options import NamedPath, course_option
from grader.course import find_course


@click.command()
@click.argument("names", nargs=-1, metavar="[UNIT|UNIT.EXERCISE …]")
@click.option("--output", type=NamedPath(), required=True, help="A new or empty folder, or a new .zip.")
@course_option
def bundle(names: tuple[str, ...], output: Path, course_path: Path | None) -> None:
    """Make what learners get: stubs, READMEs and the visible checks, of units, single exercises, or all.

    No solution, hidden check or known wrong answer is in it, and it grades itself: `grade lecture5 --course .` there.
    """
    from grader.author.bundle import bundle as make
    from grader.author.bundle import write_bundle

    course = find_course(course_path)
    made = make(course, course.resolve(names))
    write_bundle(made, output)
    out = f"; {made.hidden} hidden left out" if made.hidden else ""
    click.echo(f"{len(made.exercises)} exercises with {made.visible} visible checks in {output}{out}.")
    if made.added:
        click.echo(f"Added, since others build on them: {', '.join(made.added)}.")
    if made.ungraded:
        click.echo(f"All checks are hidden, so that these are stubs alone: {', '.join(made.ungraded)}.")
