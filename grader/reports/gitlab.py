"""The report as GitLab's code-quality report: what is wrong, at its line, beside a merge request's changes."""

from __future__ import annotations

import hashlib
from typing import Any

from grader.reports.host import Host
from grader.reports.in_text import is_ours, troubles
from grader.reports.json_format import encoded_json
from grader.reports.model import ExerciseResult, Report, Status, Verdict
from grader.reports.problem import Problem, flat, problems

_LONGEST = 1_000
_CRITICAL = {Verdict.RAISED, Verdict.TIMEOUT, Verdict.CRASHED, Verdict.BROKE_PROTOCOL, Verdict.MISSING}


def to_gitlab(report: Report, host: Host) -> bytes:
    """Encode a report for GitLab. What is not started is noted, and no problem; what waits is none of its own."""
    issues: list[dict[str, Any]] = []
    for exercise in report.exercises:
        issues += [_of_problem(exercise, problem, host) for problem in problems(exercise)]
        if exercise.status is Status.NOT_STARTED:
            issues.append(
                _issue(f"{exercise.title} is not started.", exercise.exercise, "info", exercise.file, 1, host)
            )
    if report.refused or is_ours(report):
        said = flat(" ".join(troubles(report)))
        path = report.exercises[0].file if report.exercises else report.submission or "."
        severity = "blocker" if is_ours(report) else "critical"
        issues.append(_issue(said, "the grader" if is_ours(report) else "the hand-in", severity, path, 1, host))
    return encoded_json(issues)


def _of_problem(exercise: ExerciseResult, problem: Problem, host: Host) -> dict[str, Any]:
    name = exercise.exercise if problem.is_whole else f"{exercise.exercise}.{flat(problem.check.name)}"
    severity = "critical" if problem.check.verdict in _CRITICAL else "major"
    text = problem.text or flat(problem.check.demand)
    return _issue(text, name, severity, problem.file, problem.line, host)


def _issue(text: str, name: str, severity: str, path: str, line: int, host: Host) -> dict[str, Any]:
    """One entry. Its fingerprint is the check's, so that GitLab knows it again when the line has moved."""
    return {
        "description": text[:_LONGEST],
        "check_name": name,
        "fingerprint": hashlib.sha256(name.encode(errors="backslashreplace")).hexdigest(),
        "severity": severity,
        "location": {"path": flat(host.in_repository(path)), "lines": {"begin": line}},
    }
