"""`grade next`: the exercise to do next."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.options import course_option, to_course
from grader.cli.output import console, printing
from grader.course import find_course


@click.command("next")
@course_option
def next_exercise(course_path: Path | None) -> None:
    """Name the next exercise: what to write, where to read about it, and how to grade it."""
    from grader.reports.terminal import print_lines
    from grader.study.progress import read_progress
    from grader.study.standing_lines import following

    course = find_course(course_path)
    here = Path.cwd()
    found = read_progress(course, here)
    option = to_course(course)
    with printing():
        print_lines(lambda width, charset: following(course, found, here, width, charset, option), console())
