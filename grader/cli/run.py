"""`grade lecture5`: grade exercises."""

from __future__ import annotations

import contextlib
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from grader.cli.completing import units_and_exercises
from grader.cli.early import EarlyWord
from grader.cli.formats import DeliveringCommand, Sink, format_options, settled
from grader.cli.full_mode import demand_device, full_options, kept_results, progress
from grader.cli.options import (
    NamedPath,
    course_option,
    default_submission,
    demand_unconfined,
    isolation_option,
    the_only,
    worker_option,
)
from grader.cli.output import console, printing, say, write_file
from grader.cli.report_options import explain_option, print_story, report_option
from grader.cli.submissions import read_handed_in
from grader.course import find_course
from grader.errors import GraderError, UsageError
from grader.reports.formats import TERMINAL
from grader.study.page import html_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.cli.delivery import Delivery
    from grader.course import Course, Exercise, Submission
    from grader.reports.journal import Journal
    from grader.reports.model import Report
    from grader.session.grading import Session
    from grader.session.options import Hooks, RunOptions
    from grader.session.parallel import ParallelSession


@click.command(cls=DeliveringCommand)
@click.argument("names", nargs=-1, metavar="UNIT|UNIT.EXERCISE|all …", shell_complete=units_and_exercises)
@click.option(
    "--submission",
    "submissions",
    type=NamedPath(),
    multiple=True,
    help="A folder laid out as exercises/, a unit's folder, one file, or an archive of these. "
    "Without it: exercises/ of the course.",
)
@click.option("--seed", type=click.IntRange(0), help="Repeat the inputs of the run that reported this seed.")
@click.option("--debug", is_flag=True, help="Run the submission in this process: breakpoint() and print work.")
@format_options
@report_option
@explain_option
@full_options
@click.option("--require-isolation", is_flag=True, help="Grade nothing below full isolation; exit code 3.")
@click.option(
    "--require-confinement",
    is_flag=True,
    help="Grade nothing where isolation is `none`; exit code 3. For machines that cannot give all of it.",
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1),
    help="Exercises at a time. Without it: as many as pay, and as cores and memory allow.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show passed checks and every failure in full.")
@isolation_option
@worker_option
@course_option
def run(
    names: tuple[str, ...],
    submissions: tuple[Path, ...],
    seed: int | None,
    debug: bool,
    sinks: tuple[Sink, ...],
    output: Path | None,
    page: Path | None,
    wanted: str | None,
    full: bool,
    fresh: bool,
    device: str,
    require_isolation: bool,
    require_confinement: bool,
    jobs: int | None,
    verbose: bool,
    isolation: str,
    worker: str,
    course_path: Path | None,
) -> int:
    """Grade exercises: whole units, single exercises, or all."""
    places = settled(sinks, output)
    if wanted is not None and places != (Sink(TERMINAL),):
        raise UsageError("--explain tells its story in the terminal; it cannot go with --format.")
    from grader.cli.delivery import Delivery

    command = shlex.join(["grade", *sys.argv[1:]])
    delivery = Delivery(places, submission=", ".join(map(str, submissions)), command=command, verbose=verbose)
    with contextlib.ExitStack() as stack:
        stack.enter_context(delivery.whatever_happens())
        if not names:
            raise UsageError("Name what to grade: `grade lecture5`, `grade lecture5.train`, or `grade all`.")
        if debug:
            _demand_debuggable(confined=require_isolation or require_confinement, jobs=jobs)
        demand_device(device, isolation, full=full)
        least = "--require-confinement" if require_confinement else ""
        demand_unconfined(worker, isolation, require_isolation=require_isolation, least=least)
        course = find_course(course_path)
        exercises = course.resolve(names)
        path = the_only(submissions) or default_submission(course.root)

        from grader.reports.journal import Journal
        from grader.session.options import Hooks, RunOptions

        journal = Journal(here())
        options = RunOptions(
            seed=seed,
            debug=debug,
            isolation=isolation,
            worker=worker,
            require_isolation=require_isolation,
            require_confinement=require_confinement,
            full=full,
            device=device,
        )
        hooks = Hooks(
            kept=kept_results(journal.folder, fresh=fresh) if full and not journal.trouble else None,
            on_start=stack.enter_context(progress(wanted=full and not debug)),
            on_progress=lambda report: _note(report, journal, delivery),
            on_check=EarlyWord() if wanted is None and not delivery.is_waited_for else None,
        )
        with contextlib.ExitStack() as grading:
            session = _session(grading, course, exercises, options, hooks, jobs)
            wanted_ids = {exercise.id for exercise in exercises}
            handed_in = read_handed_in(path, course, wanted_ids, named=bool(submissions))
            if handed_in.refused and not delivery.is_waited_for:
                raise UsageError(handed_in.refused)
            report = session.grade(exercises, handed_in.submission)
        report = msgspec.structs.replace(report, command=command, refused=handed_in.refused)
        journal.finish(report)
        if journal.trouble:
            say(journal.trouble)
        try:
            if wanted is None:
                delivery.deliver(report, _kept(journal))
        finally:  # what could not be printed is in the page, too
            _keep_page(report, exercises, journal, page)
            is_own = handed_in.is_in_place and _is_recorded(report, handed_in.submission, journal.folder.parent)
        if handed_in.refused:
            raise UsageError(handed_in.refused)
        if wanted is not None:
            with printing(_kept(journal)):
                print_story(report, wanted)
        elif not delivery.is_waited_for:
            _print_more(report, course, journal, is_own=is_own)
        return report.exit_code


def _kept(journal: Journal) -> str:
    return "" if journal.trouble else "`grade show` prints the report: it is kept."


def _print_more(report: Report, course: Course, journal: Journal, *, is_own: bool) -> None:
    """What stands below the report, where it has been printed: where more of it is, or what is next."""
    if report.exit_code == 1 and not journal.trouble:
        with printing(_kept(journal)):
            # by rich: it knows NO_COLOR, and terminals that are dumb
            line = f"Pictures and every detail: {journal.page}"
            console().print(line, style="dim", markup=False, highlight=False)
    if is_own and report.exit_code == 0:
        _print_next(course, journal.folder.parent, _kept(journal))


def _note(report: Report, journal: Journal, delivery: Delivery) -> None:
    """Keep what is known so far, for the next call and for whoever waits for a file."""
    journal.write(report)
    delivery.tell(report)


def _demand_debuggable(*, confined: bool, jobs: int | None) -> None:
    if confined:
        raise UsageError(
            "--debug runs the submission unconfined; it cannot go with --require-isolation or --require-confinement."
        )
    if (jobs or 1) > 1:
        raise UsageError("--debug runs the submission in this process, one exercise after the other: leave out --jobs.")


def _session(
    stack: contextlib.ExitStack,
    course: Course,
    exercises: Sequence[Exercise],
    options: RunOptions,
    hooks: Hooks,
    jobs: int | None,
) -> Session | ParallelSession:
    """What grades, until the stack is closed: this process, or so many others."""
    if len(exercises) > 1 and jobs != 1:
        from grader.session.parallel import ParallelSession, processes_that_pay

        jobs = min(jobs or processes_that_pay(exercises, options), len(exercises))
        if jobs > 1:
            return stack.enter_context(ParallelSession(course, options, hooks, jobs))
    from grader.session.grading import Session

    return stack.enter_context(Session(course, exercises, options, hooks))


def here() -> Path:
    """The current folder.

    Raises:
        GraderError: it is gone.
    """
    try:
        return Path.cwd()
    except OSError:
        raise GraderError("The current folder is gone. Change to one that is there, and grade again.") from None


def _is_recorded(report: Report, files: Submission, here: Path) -> bool:
    """Whether this was the folder's own work, which its history knows now."""
    from grader.study.history import record
    from grader.study.progress import is_own

    if not is_own(files.root, here):
        return False
    record(report, files, here)
    return True


def _print_next(course: Course, here: Path, kept: str) -> None:
    from grader.reports.terminal import print_lines
    from grader.study.progress import read_progress
    from grader.study.standing_lines import after_passing

    found = read_progress(course, here)
    with printing(kept):
        print_lines(lambda _, charset: after_passing(course, found, here, charset), console())


def _keep_page(report: Report, exercises: Sequence[Exercise], journal: Journal, path: Path | None) -> None:
    """Write the page, as the last run's and where it was asked for; the verdicts are out already."""
    try:
        page = html_page(report, exercises)
    except Exception as error:  # a mistake of ours in a picture must not cost the run
        if path is not None:
            raise
        say(f"The page {journal.page} could not be made: {type(error).__name__}: {error}")
        return
    journal.keep_page(page)
    if path is not None:
        write_file(path, page)
