"""`grade show`: print a report that was kept."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from grader.errors import UsageError
from grader.reports.json_format import from_json


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default=Path(".grade/last.json"))
@click.option("-v", "--verbose", is_flag=True, help="Show passed checks and every failure in full.")
def show(file: Path, verbose: bool) -> int:
    """Print a kept report: the last one, or FILE (.grade/partial-*.json is what a killed run had found)."""
    from rich.console import Console

    from grader.reports.terminal import print_report

    try:
        report = from_json(file.read_bytes())
    except FileNotFoundError:
        raise UsageError(f"{file} is not there. Run `grade UNIT` here first, or name a report.") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from None
    except msgspec.DecodeError as error:
        raise UsageError(f"{file} is not a report of this version of the grader: {error}") from None
    print_report(report, Console(), verbose=verbose)
    return report.exit_code
