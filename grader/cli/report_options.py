"""What `run` and `show` share: one check's story, and the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from grader.cli.completing import checks
from grader.cli.options import NamedPath
from grader.cli.output import console

if TYPE_CHECKING:
    from grader.course import Exercise
    from grader.reports.model import Report

report_option = click.option(
    "--report",
    "page",
    type=NamedPath(dir_okay=False),
    help="Write the report as one HTML page to this file. The last run's is always in .grade/last.html.",
)
explain_option = click.option(
    "--explain",
    "wanted",
    metavar="CHECK",
    shell_complete=checks,
    help="Tell the whole story of one check: its name, as `linear.matches_autograd`, or words of its demand.",
)


def print_story(report: Report, wanted: str) -> None:
    """Print one check's story.

    Raises:
        UsageError: the report has no such check, or several.
    """
    from grader.reports.story import find_check, story
    from grader.reports.terminal import print_lines

    exercise, check = find_check(report, wanted)
    print_lines(lambda width, charset: story(report, exercise, check, width=width, charset=charset), console())


def html_page(report: Report, exercises: Sequence[Exercise]) -> bytes:
    """The report as a page, with the stubs and graphs of these exercises."""
    from grader.reports.html import to_html

    stubs = {exercise.id: exercise.stub for exercise in exercises if exercise.stub.is_file()}
    tasks = {exercise: stub.read_text("utf-8") for exercise, stub in stubs.items()}
    return to_html(report, tasks, {exercise.id: exercise.graph for exercise in exercises if exercise.graph})
