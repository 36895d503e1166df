"""`grade lecture5`: grade exercises."""

from __future__ import annotations

import contextlib
import io
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from grader.cli.completing import units_and_exercises
from grader.cli.early import EarlyWord
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
from grader.course import find_course, read_submission
from grader.errors import GraderError, UsageError
from grader.study.page import html_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.course import Course, Exercise, Submission
    from grader.reports.journal import Journal
    from grader.reports.model import Report
    from grader.session.grading import Session
    from grader.session.options import Hooks, RunOptions
    from grader.session.parallel import ParallelSession


@click.command()
@click.argument("names", nargs=-1, metavar="UNIT|UNIT.EXERCISE|all …", shell_complete=units_and_exercises)
@click.option(
    "--submission",
    "submissions",
    type=NamedPath(),
    multiple=True,
    help="A folder laid out as exercises/, a unit's folder, or one file. Without it: exercises/ of the course.",
)
@click.option("--seed", type=click.IntRange(0), help="Repeat the inputs of the run that reported this seed.")
@click.option("--debug", is_flag=True, help="Run the submission in this process: breakpoint() and print work.")
@click.option(
    "--format",
    "style",
    type=click.Choice(["terminal", "json", "junit", "editor"]),
    default="terminal",
    show_default=True,
    help="`editor` gives `file:line: message` for each failing check, which the tasks of `grade init` read.",
)
@click.option("--output", type=NamedPath(dir_okay=False), help="Write the report to this file.")
@report_option
@explain_option
@full_options
@click.option("--require-isolation", is_flag=True, help="Grade nothing below full isolation; exit code 3.")
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
    style: str,
    output: Path | None,
    page: Path | None,
    wanted: str | None,
    full: bool,
    fresh: bool,
    device: str,
    require_isolation: bool,
    jobs: int | None,
    verbose: bool,
    isolation: str,
    worker: str,
    course_path: Path | None,
) -> int:
    """Grade exercises: whole units, single exercises, or all."""
    if not names:
        raise UsageError("Name what to grade: `grade lecture5`, `grade lecture5.train`, or `grade all`.")
    if debug:
        _demand_debuggable(require_isolation=require_isolation, jobs=jobs)
    if wanted is not None and style != "terminal":
        raise UsageError("--explain tells its story in the terminal; it cannot go with --format.")
    demand_device(device, isolation, full=full)
    demand_unconfined(worker, isolation, require_isolation=require_isolation)
    course = find_course(course_path)
    exercises = course.resolve(names)
    path = the_only(submissions) or default_submission(course.root)

    from grader.reports.journal import Journal
    from grader.session.options import Hooks, RunOptions

    journal = Journal(here())
    with contextlib.ExitStack() as stack:
        options = RunOptions(
            seed=seed,
            debug=debug,
            isolation=isolation,
            worker=worker,
            require_isolation=require_isolation,
            full=full,
            device=device,
        )
        hooks = Hooks(
            kept=kept_results(journal.folder, fresh=fresh) if full and not journal.trouble else None,
            on_start=stack.enter_context(progress(wanted=full and not debug)),
            on_progress=journal.write,
            on_check=EarlyWord() if style == "terminal" and output is None and wanted is None else None,
        )
        session = _session(stack, course, exercises, options, hooks, jobs)
        files = read_submission(path, course, {exercise.id for exercise in exercises})
        if submissions and files.only and not any(exercise.id in files.only for exercise in exercises):
            raise UsageError(f"{path} holds {', '.join(files.only)}, which is not among {', '.join(names)}.")
        report = session.grade(exercises, files)
    report = msgspec.structs.replace(report, command=shlex.join(["grade", *sys.argv[1:]]))
    journal.finish(report)
    kept = "" if journal.trouble else "`grade show` prints the report: it is kept."
    if journal.trouble:
        say(journal.trouble)
    try:
        if wanted is None:
            _write(report, style, output, kept, verbose=verbose)
    finally:  # what could not be printed is in the page, too
        _keep_page(report, exercises, journal, page)
        is_own = _is_recorded(report, files, journal.folder.parent)
    if wanted is not None:
        with printing(kept):
            print_story(report, wanted)
    elif style == "terminal" and output is None and report.exit_code == 1 and not journal.trouble:
        with printing(kept):
            # by rich: it knows NO_COLOR, and terminals that are dumb
            console().print(f"Pictures and every detail: {journal.page}", style="dim", markup=False, highlight=False)
    if is_own and style == "terminal" and output is None and wanted is None and report.exit_code == 0:
        _print_next(course, journal.folder.parent, kept)
    return report.exit_code


def _demand_debuggable(*, require_isolation: bool, jobs: int | None) -> None:
    if require_isolation:
        raise UsageError("--debug runs the submission unconfined; it cannot go with --require-isolation.")
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


def _write(report: Report, style: str, output: Path | None, kept: str, *, verbose: bool) -> None:
    if style == "terminal" and output is None:
        _print(report, kept, verbose=verbose)
        return
    content = _rendered(report, style, verbose=verbose)
    if output is None:
        with printing(kept):
            click.echo(content.decode(), nl=style != "editor")
        if style == "editor":
            say(_in_short(report, kept))
        return
    try:
        write_file(output, content)
    finally:  # where the file cannot be written, the verdicts are on the terminal
        if style != "terminal" or sys.exception() is not None:
            _print(report, kept, verbose=verbose)


def _in_short(report: Report, kept: str) -> str:
    """What stands below the problems that an editor shows, and is none itself."""
    from grader.reports.text_page import points_text

    failed = " The grader failed: this is not your mistake." if report.exit_code == GraderError.exit_code else ""
    return f"{points_text(report.earned)} of {points_text(report.points)} points.{failed} {kept}".rstrip()


def _rendered(report: Report, style: str, *, verbose: bool) -> bytes:
    """The report in the style of a file."""
    if style == "json":
        from grader.reports.json_format import to_json

        return to_json(report)
    if style == "editor":
        from grader.reports.editor import to_editor

        return to_editor(report)
    if style == "junit":
        from grader.reports.junit import to_junit

        return to_junit(report)
    from grader.reports.terminal import print_report

    text = io.StringIO()
    print_report(report, console(text, width=100, no_color=True), verbose=verbose)
    return text.getvalue().encode(errors="backslashreplace")


def _print(report: Report, kept: str, *, verbose: bool) -> None:
    from grader.reports.terminal import print_report

    with printing(kept):
        print_report(report, console(), verbose=verbose)
