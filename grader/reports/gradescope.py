"""The report as Gradescope's `results.json`: a test for each check, with its points."""

from __future__ import annotations

from typing import Any

from grader.reports.in_text import check_text, cropped, name_of, run_text
from grader.reports.json_format import encoded_json
from grader.reports.model import CheckResult, ExerciseResult, Report, Verdict

_LONGEST = 20_000  # characters that are shown of one check
_LONGEST_NAME = 500


def to_gradescope(report: Report) -> bytes:
    """Encode a report for Gradescope.

    ``score`` stands in it whatever happened, for Gradescope takes a file without one for a failure of its own. A bonus
    is a test without points: these are counted apart.
    """
    return encoded_json(
        {
            "score": round(report.earned, 4),
            "execution_time": report.seconds,
            "output": cropped(run_text(report), _LONGEST),
            "output_format": "text",  # of all of these: what a submission prints must not become a page's HTML
            "test_output_format": "text",
            "test_name_format": "text",
            "visibility": "visible",
            "tests": [
                _test(f"{number}.{place}", exercise, check)
                for number, exercise in enumerate(report.exercises, 1)
                for place, check in enumerate(exercise.checks, 1)
            ],
            "extra_data": {
                "exit_code": report.exit_code,
                "points": report.points,
                "bonus_points": report.bonus_points,
                "bonus_earned": report.bonus_earned,
                "seed": report.seed,
                "isolation": report.isolation.level,
                "complete": report.complete,
                "gradlings": report.environment.gradlings,
            },
        }
    )


def _test(number: str, exercise: ExerciseResult, check: CheckResult) -> dict[str, Any]:
    passed = check.verdict is Verdict.PASSED
    name = f"{exercise.name}: {name_of(check)}"
    points = {} if check.bonus else {"score": check.earned, "max_score": check.points}
    return {
        "number": number,
        "name": cropped(f"{name} (a bonus: more than is asked)" if check.bonus else name, _LONGEST_NAME),
        "status": "passed" if passed else "failed",
        **points,
        "output": "" if passed else cropped(check_text(exercise, check), _LONGEST),
        "tags": [exercise.exercise],
        "visibility": "visible",
        "extra_data": {"check": check.name, "verdict": check.verdict.value},
    }
