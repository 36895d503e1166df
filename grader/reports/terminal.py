"""The report on a terminal, through rich: as wide as the console, in letters and colours that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

from grader.reports.lines import ASCII, UNICODE, Charset, Line
from grader.reports.text_page import page

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console, ConsoleOptions, RenderResult

    from grader.reports.model import Report

# Colour marks verdicts and leads the eye; nothing is said by colour alone.
STYLES = {
    "": "",
    "heading": "bold",
    "headline": "bold",
    "total": "bold",
    "faint": "dim",
    "passed": "green",
    "failed": "red",
    "idle": "dim",
    "blocked": "yellow",
    "fault": "bold magenta",
    "more": "cyan",
    "note": "yellow",
}


class TerminalReport:
    """A report that rich can print; width and encoding are the console's."""

    def __init__(self, report: Report, *, verbose: bool = False) -> None:
        self.report = report
        self.verbose = verbose

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        charset = ASCII if options.ascii_only else UNICODE
        for line in page(self.report, options.max_width, verbose=self.verbose, charset=charset):
            yield as_rich(line)


def print_report(report: Report, console: Console, *, verbose: bool = False) -> None:
    """Print the report; paths too long for the console stay whole, the terminal breaks them."""
    console.print(TerminalReport(report, verbose=verbose), crop=False)


def print_lines(lines: Callable[[int, Charset], list[Line]], console: Console) -> None:
    """Print lines that are laid out for the console's width and letters."""
    options = console.options
    charset = ASCII if options.ascii_only else UNICODE
    for line in lines(options.max_width, charset):
        console.print(as_rich(line), soft_wrap=True)  # rich would break lines itself that are too long


def as_rich(line: Line) -> Text:
    """A line for rich to print, in its colours."""
    # Text, never a string: rich reads markup and emoji codes in strings, and this may be a submission's.
    text = Text(no_wrap=True, overflow="ignore")
    for span in line:
        style = Style.parse(STYLES[span.style])
        text.append(span.text, style.update_link(span.link) if span.link else style)
    text.rstrip()
    return text
