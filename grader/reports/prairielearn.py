"""The report as PrairieLearn's `results.json`, of at most a megabyte."""

from __future__ import annotations

from typing import Any

from grader.reports.in_text import check_text, cropped, is_ours, name_of, sum_text, troubles
from grader.reports.json_format import encoded_json
from grader.reports.model import CheckResult, ExerciseResult, Report, Verdict

MOST_BYTES = 1_000_000
_LENGTHS = (20_000, 4_000, 1_000, 200)  # characters that are shown of one check


def to_prairielearn(report: Report) -> bytes:
    """Encode a report for PrairieLearn.

    What is nobody's mistake, and a hand-in in which nothing is recognised, are not gradable: they cost no attempt.
    """
    tests = [_test(exercise, check) for exercise in report.exercises for check in exercise.checks]
    for longest in _LENGTHS:
        shorter = [{**test, "output": cropped(test["output"], longest)} for test in tests]
        document = encoded_json(_document(report, shorter))
        if len(document) <= MOST_BYTES:
            return document
    return encoded_json(_document(report, []))


def _document(report: Report, tests: list[dict[str, Any]]) -> dict[str, Any]:
    said = troubles(report)
    if report.refused or is_ours(report):
        return {"gradable": False, "format_errors": said, "message": sum_text(report)}
    return {
        "gradable": True,
        "score": min(report.earned / report.points, 1.0) if report.points else float(report.exit_code == 0),
        "message": sum_text(report),
        "output": "\n".join(said),
        "tests": tests,
    }


def _test(exercise: ExerciseResult, check: CheckResult) -> dict[str, Any]:
    """One check. Every one has points, or PrairieLearn shows none of any; those of a bonus are 0 of 0, and neutral."""
    return {
        "name": cropped(f"{exercise.name}: {name_of(check)}", 500),
        "points": 0.0 if check.bonus else check.earned,
        "max_points": 0.0 if check.bonus else check.points,
        "message": _message(check),
        "output": "" if check.verdict is Verdict.PASSED else check_text(exercise, check),
    }


def _message(check: CheckResult) -> str:
    if not check.bonus:
        return check.verdict.value
    return "a bonus, earned" if check.verdict is Verdict.PASSED else "a bonus: the exercise is done without it"
