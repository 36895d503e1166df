"""`grade watch lecture5`: grade what is saved, as soon as it is."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.options import (
    NamedPath,
    course_option,
    default_submission,
    demand_unconfined,
    isolation_option,
    the_only,
    worker_option,
)
from grader.cli.output import console, printing, say
from grader.cli.run import here
from grader.course import Submission, find_course
from grader.errors import UsageError
from grader.reports.model import Report
from grader.study.page import html_page

_INTERRUPTED = 130  # as a shell has it after Ctrl-C


@click.command()
@click.argument("names", nargs=-1, metavar="[UNIT|UNIT.EXERCISE] …")
@click.option(
    "--submission",
    "submissions",
    type=NamedPath(exists=True),
    multiple=True,
    help="A folder laid out as exercises/, or one file. Without it: exercises/ of the course.",
)
@click.option("--page", is_flag=True, help="Serve the report as a page on this machine alone; it changes as you save.")
@isolation_option
@worker_option
@course_option
def watch(
    names: tuple[str, ...],
    submissions: tuple[Path, ...],
    page: bool,
    isolation: str,
    worker: str,
    course_path: Path | None,
) -> int:
    """Grade exercises as you save them: what fails first, why, and where. Without a name: the whole course.

    Keys: h hint, n next exercise, l list, a all checks, s solution, o page, e editor at the line, r reset, q quit.
    """
    demand_unconfined(worker, isolation)
    course = find_course(course_path)
    exercises = course.resolve(names)
    path = the_only(submissions) or default_submission(course.root)
    if not exercises:
        raise UsageError("This course has no exercises.")

    from grader.reports.journal import Journal
    from grader.session.options import RunOptions
    from grader.study.history import record
    from grader.study.live_page import LivePage
    from grader.study.progress import is_own
    from grader.study.terminal import Terminal
    from grader.study.watching import Watch

    folder = here()
    journal = Journal(folder)

    def keep(whole: Report, latest: Report, files: Submission) -> None:
        journal.finish(whole)
        if not journal.trouble and is_own(files.root, folder):
            record(latest, files, folder)

    with printing():
        terminal = Terminal(console())
        loop = Watch(course, exercises, path, RunOptions(isolation=isolation, worker=worker), terminal, keep)
        with LivePage(lambda report: html_page(report, exercises)) as live:
            loop.live = live
            if page:
                say(f"The page is at {loop.open_page()}")
            code = 0
            try:
                loop.run()
            except KeyboardInterrupt:
                code = _INTERRUPTED
        click.echo(loop.standing.summary())
    if journal.trouble:
        say(journal.trouble)
    return code
