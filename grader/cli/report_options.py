"""What `run` and `show` share: the page to write, and one check's story."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from grader.cli.completing import checks
from grader.cli.options import NamedPath
from grader.cli.output import console

if TYPE_CHECKING:
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
