"""Failing checks as editors read a compiler's errors: `file:line: message`, a line for each."""

from __future__ import annotations

from grader.reports.model import Report
from grader.reports.problem import problems


def to_editor(report: Report) -> bytes:
    """The problems of a report."""
    lines = [
        f"{problem.file}:{problem.line}: {problem.text} [{problem.about(exercise)}]\n"
        for exercise in report.exercises
        for problem in problems(exercise)
    ]
    return "".join(lines).encode(errors="backslashreplace")
