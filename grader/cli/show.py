"""`grade show`: print a report that was kept."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from grader.cli.options import NamedPath, course_option
from grader.cli.output import console, printing, write_file
from grader.cli.report_options import explain_option, print_story, report_option
from grader.course import Exercise, find_course
from grader.errors import UsageError
from grader.names import printable
from grader.reports.folder import HeldFolder, read_regular
from grader.reports.journal import FOLDER, LAST
from grader.reports.json_format import from_json
from grader.reports.model import Report
from grader.study.page import html_page

_LAST = Path(FOLDER, LAST)
_MOST_BYTES = 32 << 20


@click.command()
@click.argument("file", type=NamedPath(), default=_LAST)
@click.option("-v", "--verbose", is_flag=True, help="Show passed checks and every failure in full.")
@report_option
@explain_option
@course_option
def show(file: Path, verbose: bool, page: Path | None, wanted: str | None, course_path: Path | None) -> int:
    """Print a kept report: the last one, or FILE (.grade/partial-*.json is what a killed run had found)."""
    report = _read(file)
    try:
        _show(report, verbose=verbose, page=page, wanted=wanted, course_path=course_path)
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        # what our own runs write can be shown; in a learner's repository a report may be anybody's
        raise UsageError(
            f"{printable(str(file))} holds values that no run of this grader has written "
            f"({type(error).__name__}). Grade again."
        ) from error
    return report.exit_code


def _read(file: Path) -> Report:
    name = printable(str(file))
    try:
        if file == _LAST:
            return from_json(HeldFolder(Path(FOLDER), make=False).read(LAST, _MOST_BYTES))
        return from_json(read_regular(file, _MOST_BYTES, follow=True))
    except FileNotFoundError:
        raise UsageError(f"{name} is not there. Run `grade UNIT` here first, or name a report.") from None
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.") from None
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        why = "it is nested too deep" if isinstance(error, RecursionError) else printable(str(error))
        raise UsageError(f"{name} is not a report of this version of the grader: {why}") from None


def _show(report: Report, *, verbose: bool, page: Path | None, wanted: str | None, course_path: Path | None) -> None:
    if page is not None:
        write_file(page, html_page(report, _exercises(report, course_path)))
    if wanted is not None:
        with printing():
            print_story(report, wanted)
    elif page is None:
        from grader.reports.terminal import print_report

        with printing():
            print_report(report, console(), verbose=verbose)


def _exercises(report: Report, course_path: Path | None) -> list[Exercise]:
    """Those of the report that the course has: a report can be older, or of another course."""
    known = {exercise.id: exercise for exercise in find_course(course_path).exercises}
    return [known[result.exercise] for result in report.exercises if result.exercise in known]
