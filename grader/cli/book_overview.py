"""`grade book overview`: a class on one page."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.options import NamedPath, course_option
from grader.cli.output import printing, write_file


@click.command()
@click.option(
    "--gradebook",
    type=NamedPath(dir_okay=False),
    required=True,
    help="The gradebook that `grade batch` wrote.",
)
@click.option(
    "--output",
    type=NamedPath(dir_okay=False),
    default=Path("overview.html"),
    show_default=True,
    help="Write the page to this file.",
)
@click.option("--units", multiple=True, metavar="UNIT", help="Tell of this unit only; several are allowed.")
@course_option
def overview(gradebook: Path, output: Path, units: tuple[str, ...], course_path: Path | None) -> None:
    """Write a page that shows how a class stands: points, misconceptions, crashes, who is missing.

    It is the instructor's: it hides the names of learners until they are asked for, and holds them all the same.
    """
    from grader.cohort.gradebook import Gradebook
    from grader.cohort.overview.counts import overview_of
    from grader.cohort.overview.page import to_page
    from grader.course import find_course
    from grader.course.find import own_course

    course = find_course(course_path) if course_path is not None or own_course() is not None else None
    with Gradebook(gradebook) as book:
        found = overview_of(book, units=_named(units), course=course)
    write_file(output, to_page(found, gradebook.name))
    with printing():
        click.echo(f"{output} tells of {found.learners} {'learner' if found.learners == 1 else 'learners'}.")


def _named(units: tuple[str, ...]) -> list[str]:
    """Units that were given one by one, or with commas between them."""
    return [name for unit in units for name in unit.replace(",", " ").split()]
