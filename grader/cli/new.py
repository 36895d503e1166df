"""`grade new`: the files of a new exercise."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.options import course_option
from grader.course import find_course
from grader.course.model import Packages


@click.command()
@click.argument("name", metavar="UNIT.EXERCISE")
@click.option(
    "--packages",
    type=click.Choice(["torch", "numpy", "python"]),
    help="What learners may import: numpy bars torch, python NumPy too. Without it: torch, and numpy for a quiz.",
)
@click.option("--quiz", is_flag=True, help="Learners fill in a dict of answers, and write no code.")
@click.option("--title", default="", help="What reports call the exercise.")
@course_option
def new(name: str, packages: Packages | None, quiz: bool, title: str, course_path: Path | None) -> None:
    """Write the files of a new exercise around a small working example, to be replaced. Nothing is overwritten.

    Whatever is left to its author says TODO, and `grade validate` fails until none is there.
    """
    from grader.author.scaffold import scaffold, write

    course = find_course(course_path)
    plan = scaffold(course, name, packages or ("numpy" if quiz else "torch"), title, quiz=quiz)
    write(plan)
    for path in plan.files:
        click.echo(f"written: {path.relative_to(course.root)}")
    for path in plan.edits:
        click.echo(f"a line added: {path.relative_to(course.root)}")
    at = "" if course_path is None else f" --course {course_path}"
    click.echo(
        "\nReplace the example, from the solution on, and every TODO; CONTRIBUTING.md says how. Then:\n\n"
        f"  grade release{at}\n  grade validate {name}{at}"
    )
