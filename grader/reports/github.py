"""The report as annotations of GitHub Actions: `::error file=…,line=…,title=…::sentence`."""

from __future__ import annotations

from collections.abc import Mapping

from grader.reports.host import Host
from grader.reports.in_text import is_ours, sum_text, troubles
from grader.reports.model import Report, Status
from grader.reports.problem import Problem, flat, problems

_MOST = 10  # annotations of a kind that GitHub shows of one step
_CUT = "The run was cut short"
_IN_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = {**_IN_DATA, ":": "%3A", ",": "%2C"}


def to_github(report: Report, host: Host) -> bytes:
    """The annotations of a report, a line each: what failed, at its line; the points; whatever went wrong.

    GitHub shows ten errors of a step and hides the others: the tenth says how many there are.
    """
    found = [(problem, problem.about(exercise)) for exercise in report.exercises for problem in problems(exercise)]
    errors = [_of_problem(problem, title, host) for problem, title in found]
    if report.refused or is_ours(report):
        title = "Nothing could be graded" if report.refused else _CUT if not report.complete else "The grader failed"
        errors.insert(0, _annotation("error", flat(" ".join(troubles(report))), title=title))
    if len(errors) > _MOST:
        more = f"{len(errors) - _MOST + 1} more checks failed. The summary of the run has them all."
        errors[_MOST - 1 :] = [_annotation("error", more, title="More failed")]
    idle = [exercise for exercise in report.exercises if exercise.status is Status.NOT_STARTED]
    if idle:
        names = ", ".join(exercise.exercise for exercise in idle)
        errors.append(_annotation("warning", f"Not started: {names}", title="Not started"))
    points = _annotation("notice", flat(sum_text(report)), title="Points")
    return "".join(f"{line}\n" for line in [*errors, points]).encode(errors="backslashreplace")


def _of_problem(problem: Problem, title: str, host: Host) -> str:
    file, line = host.in_repository(problem.file), str(problem.line)
    return _annotation("error", problem.text or flat(problem.check.demand), file=file, line=line, title=title)


def _annotation(kind: str, text: str, **properties: str) -> str:
    """A command to the runner; nothing in it can end the line, or the value that it stands in."""
    told = ",".join(f"{name}={_escaped(flat(value), _IN_PROPERTY)}" for name, value in properties.items())
    return f"::{kind} {told}::{_escaped(text, _IN_DATA)}"


def _escaped(text: str, table: Mapping[str, str]) -> str:
    return "".join(table.get(char, char) for char in text)
