"""`grade show`: print a report that was kept."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from grader.cli.options import course_option
from grader.cli.output import console, printing, write_file
from grader.cli.story import explain_option, html_page, print_story, report_option
from grader.course import Exercise, find_course
from grader.errors import UsageError
from grader.reports.json_format import from_json
from grader.reports.model import Report


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default=Path(".grade/last.json"))
@click.option("-v", "--verbose", is_flag=True, help="Show passed checks and every failure in full.")
@report_option
@explain_option
@course_option
def show(file: Path, verbose: bool, page: Path | None, wanted: str | None, course_path: Path | None) -> int:
    """Print a kept report: the last one, or FILE (.grade/partial-*.json is what a killed run had found)."""
    try:
        report = from_json(file.read_bytes())
    except FileNotFoundError:
        raise UsageError(f"{file} is not there. Run `grade UNIT` here first, or name a report.") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from None
    except msgspec.DecodeError as error:
        raise UsageError(f"{file} is not a report of this version of the grader: {error}") from None
    if page is not None:
        write_file(page, html_page(report, _exercises(report, course_path)))
    if wanted is not None:
        with printing():
            print_story(report, wanted)
    elif page is None:
        from grader.reports.terminal import print_report

        with printing():
            print_report(report, console(), verbose=verbose)
    return report.exit_code


def _exercises(report: Report, course_path: Path | None) -> list[Exercise]:
    """Those of the report that the course has: a report can be older, or of another course."""
    known = {exercise.id: exercise for exercise in find_course(course_path).exercises}
    return [known[result.exercise] for result in report.exercises if result.exercise in known]
