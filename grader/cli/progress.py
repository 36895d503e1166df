"""`grade` alone, in a folder that is worked in: where one stands, and what is next."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.options import course_option, to_course
from grader.cli.output import console, printing
from grader.course import find_course


@click.command()
@course_option
def progress(course_path: Path | None) -> None:
    """Say where you stand and what is next; `grade` alone does, too."""
    from grader.reports.terminal import print_lines
    from grader.study.progress import read_progress
    from grader.study.standing_lines import summary

    course = find_course(course_path)
    here = Path.cwd()
    found = read_progress(course, here)
    option = to_course(course)
    with printing():
        print_lines(lambda width, charset: summary(course, found, here, width, charset, option), console())
