"""The forms that a report can be written in, by name; each is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import Any, Final

from grader.reports.host import Host
from grader.reports.model import Report
from grader.reports.text_page import render_text

TERMINAL, GITHUB, EDITOR, MARKDOWN = "terminal", "github", "editor", "markdown"
_WIDTH = 100  # of text in a file

_OF_A_REPORT: Final = MappingProxyType(
    {
        "json": "json_format.to_json",
        "junit": "junit.to_junit",
        "xunit": "junit.to_xunit",
        MARKDOWN: "markdown.to_markdown",
        EDITOR: "editor.to_editor",
        "gradescope": "gradescope.to_gradescope",
        "prairielearn": "prairielearn.to_prairielearn",
        "exercism": "exercism.to_exercism",
        "check50": "check50.to_check50",
    }
)
_OF_ITS_HOST_TOO: Final = MappingProxyType(
    {
        GITHUB: "github.to_github",
        "gitlab": "gitlab.to_gitlab",
        "classroom50": "classroom50.to_classroom50",
    }
)
NAMES: Final = (TERMINAL, *_OF_A_REPORT, *_OF_ITS_HOST_TOO)


def rendered(name: str, report: Report, host: Host, *, verbose: bool = False) -> bytes:
    """A report in a form.

    Args:
        name: one of ``NAMES``.
        report: the report.
        host: where it is written, for forms that speak of a repository or of a hand-in's number.
        verbose: whether text tells of checks that passed, too.
    """
    if name == TERMINAL:
        return render_text(report, width=_WIDTH, verbose=verbose).encode(errors="backslashreplace")
    module, _, function = {**_OF_A_REPORT, **_OF_ITS_HOST_TOO}[name].partition(".")
    make: Any = getattr(import_module(f"grader.reports.{module}"), function)
    document: bytes = make(report, host) if name in _OF_ITS_HOST_TOO else make(report)
    return document
