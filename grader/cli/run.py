"""`grade lecture5`: grade exercises."""

from __future__ import annotations

import contextlib
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from grader.cli.full_mode import demand_device, full_options, kept_results, progress
from grader.cli.options import course_option, isolation_option
from grader.cli.story import explain_option, html_page, print_story, report_option, write_page
from grader.course import find_course, read_submission
from grader.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.course import Exercise
    from grader.reports.journal import Journal
    from grader.reports.model import Report


@click.command()
@click.argument("names", nargs=-1, metavar="UNIT|UNIT.EXERCISE|all …")
@click.option(
    "--submission",
    type=click.Path(path_type=Path),
    help="A folder laid out as exercises/, a unit's folder, or one file. Without it: exercises/ of the course.",
)
@click.option("--seed", type=click.IntRange(0), help="Repeat the inputs of the run that reported this seed.")
@click.option("--debug", is_flag=True, help="Run the submission in this process: breakpoint() and print work.")
@click.option(
    "--format",
    "style",
    type=click.Choice(["terminal", "json", "junit"]),
    default="terminal",
    show_default=True,
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file.")
@report_option
@explain_option
@full_options
@click.option("--require-isolation", is_flag=True, help="Grade nothing below full isolation; exit code 3.")
@click.option("-v", "--verbose", is_flag=True, help="Show passed checks and every failure in full.")
@isolation_option
@course_option
def run(
    names: tuple[str, ...],
    submission: Path | None,
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
    verbose: bool,
    isolation: str,
    course_path: Path | None,
) -> int:
    """Grade exercises: whole units, single exercises, or all."""
    if not names:
        raise UsageError("Name what to grade: `grade lecture5`, `grade lecture5.train`, or `grade all`.")
    if debug and require_isolation:
        raise UsageError("--debug runs the submission unconfined; it cannot go with --require-isolation.")
    if wanted is not None and style != "terminal":
        raise UsageError("--explain tells its story in the terminal; it cannot go with --format.")
    demand_device(device, isolation, full=full)
    course = find_course(course_path)
    exercises = course.resolve(names)
    path = submission if submission is not None else _default_submission(course.root)

    from grader.reports.journal import Journal
    from grader.session.grading import GradingSession, Options

    journal = Journal(Path.cwd())
    with contextlib.ExitStack() as stack:
        options = Options(
            seed=seed,
            debug=debug,
            isolation=isolation,
            require_isolation=require_isolation,
            full=full,
            device=device,
            kept=kept_results(journal.folder, fresh=fresh) if full and not journal.trouble else None,
            on_start=stack.enter_context(progress(wanted=full and not debug)),
            on_progress=journal.write,
        )
        session = stack.enter_context(GradingSession(course, exercises, options))
        files = read_submission(path, course, {exercise.id for exercise in exercises})
        if submission is not None and files.only:
            exercises = tuple(exercise for exercise in exercises if exercise.id in files.only)
            if not exercises:
                held = ", ".join(files.only)
                raise UsageError(f"{path} holds {held}, which is not among {', '.join(names)}.")
        report = session.grade(exercises, files)
    report = msgspec.structs.replace(report, command=shlex.join(["grade", *sys.argv[1:]]))
    journal.finish(report)
    if wanted is None:
        _write(report, style, output, verbose=verbose)
    _keep_page(report, exercises, journal, page)
    if wanted is not None:
        print_story(report, wanted)
    elif style == "terminal" and output is None and report.exit_code == 1 and not journal.trouble:
        click.secho(f"Pictures and every detail: {journal.page}", dim=True)
    if journal.trouble:
        click.echo(journal.trouble, err=True)
    return report.exit_code


def _keep_page(report: Report, exercises: Sequence[Exercise], journal: Journal, path: Path | None) -> None:
    """Write the page, as the last run's and where it was asked for; the verdicts are out already."""
    try:
        page = html_page(report, exercises)
    except Exception as error:  # a mistake of ours in a picture must not cost the run
        if path is not None:
            raise
        click.echo(f"The page {journal.page} could not be made: {type(error).__name__}: {error}", err=True)
        return
    journal.keep_page(page)
    if path is not None:
        write_page(page, path)


def _default_submission(root: Path) -> Path:
    here = Path("exercises")
    if here.is_dir():
        return here
    if (root / "exercises").is_dir() and Path.cwd().is_relative_to(root):
        return root / "exercises"
    raise UsageError(
        "There is no exercises/ folder here. `grade init my-course` makes one; "
        "`--submission PATH` grades what lies elsewhere."
    )


def _write(report: Report, style: str, output: Path | None, *, verbose: bool) -> None:
    if style == "terminal":
        _print(report, output, verbose=verbose)
        return
    if style == "json":
        from grader.reports.json_format import to_json

        content = to_json(report)
    else:
        from grader.reports.junit import to_junit

        content = to_junit(report)
    if output is None:
        click.echo(content.decode())
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_bytes(content)
        _print(report, None, verbose=verbose)


def _print(report: Report, output: Path | None, *, verbose: bool) -> None:
    from rich.console import Console

    from grader.reports.terminal import print_report

    if output is None:
        print_report(report, Console(), verbose=verbose)
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("w", encoding="utf-8") as file:
        print_report(report, Console(file=file, width=100, no_color=True), verbose=verbose)
