"""The report as Classroom 50's `result.json`."""

from __future__ import annotations

import datetime
import math
from fractions import Fraction
from typing import Any

from grader.reports.host import Host
from grader.reports.in_text import cropped, is_ours, name_of, troubles
from grader.reports.json_format import encoded_json
from grader.reports.model import CheckResult, ExerciseResult, Report, Verdict
from grader.reports.problem import flat

_LONGEST_NAME = 200
_FINEST = 100  # points are told apart to a hundredth
_UNKNOWN = "unknown"


def to_classroom50(report: Report, host: Host) -> bytes:
    """Encode a report for Classroom 50.

    Scores are whole numbers there: points are multiplied until all of them are whole. Who handed in, and when, its
    runner writes in anew; what the runner tells of the hand-in, it does in environment variables.
    """
    scale = _scale(report)
    tests = [_test(exercise, check, scale) for exercise in report.exercises for check in exercise.checks]
    if report.refused or is_ours(report) or not tests:
        # a run that was cut short must not look like full marks
        said = cropped(flat(" ".join(troubles(report))) or "Nothing was graded.", _LONGEST_NAME)
        tests.append(
            {"test-name": said, "passed": False, "score": 0, "max-score": 0 if report.refused and tests else scale}
        )
    tag = host.says("SUBMISSION_TAG")
    commit = host.says("COMMIT_URL") or _UNKNOWN
    return encoded_json(
        {
            "schema": "classroom50/result/v1",
            "classroom": host.says("CLASSROOM") or _UNKNOWN,
            "assignment": host.says("ASSIGNMENT") or _UNKNOWN,
            "owner": host.says("OWNER", "GITHUB_REPOSITORY_OWNER", "GITHUB_ACTOR") or _UNKNOWN,
            "assignment_type": "individual",
            "submission": tag if tag.startswith("submit/") else f"submit/{tag or _UNKNOWN}",
            "commit": commit,
            "release": host.says("RELEASE_URL") or _UNKNOWN,
            "review": host.says("REVIEW_URL") or commit,
            "datetime": _time(report.started),
            "score": sum(test["score"] for test in tests),
            "max-score": sum(test["max-score"] for test in tests),
            "tests": tests,
        }
    )


def _test(exercise: ExerciseResult, check: CheckResult, scale: int) -> dict[str, Any]:
    """One check; the points of a bonus are counted apart, and not here."""
    points = 0 if check.bonus else round(check.points * scale)
    passed = check.verdict is Verdict.PASSED
    return {
        "test-name": cropped(f"{exercise.name}: {name_of(check)}", _LONGEST_NAME),
        "passed": passed,
        "score": points if passed else 0,
        "max-score": points,
    }


def _scale(report: Report) -> int:
    """The least factor with which all points are whole: 2 for 0.5 and 1."""
    points = {check.points for exercise in report.exercises for check in exercise.checks if not check.bonus}
    scale = math.lcm(*(Fraction(each).limit_denominator(_FINEST).denominator for each in points))
    return scale if scale <= _FINEST**2 else _FINEST


def _time(started: str) -> str:
    """The time of a run in UTC, as Classroom 50 writes it."""
    try:
        moment = datetime.datetime.fromisoformat(started)
    except ValueError:
        moment = datetime.datetime.now(datetime.UTC)
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
