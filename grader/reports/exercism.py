"""The report as Exercism's `results.json`, version 3 of its interface of test runners."""

from __future__ import annotations

from typing import Any

from grader.reports.in_text import check_text, cropped, is_ours, name_of, troubles
from grader.reports.json_format import encoded_json
from grader.reports.model import CheckResult, ExerciseResult, Report, Verdict
from grader.reports.problem import problems
from grader.reports.text import sanitize

_LONGEST_MESSAGE = 65_535
_LONGEST_OUTPUT = 500
_TRUNCATED = "Output was truncated. Please limit to 500 chars"
_STATUS = {
    Verdict.PASSED: "pass",
    Verdict.RAISED: "error",
    Verdict.TIMEOUT: "error",
    Verdict.CRASHED: "error",
    Verdict.BROKE_PROTOCOL: "error",
    Verdict.GRADER_FAULT: "error",
}


def to_exercism(report: Report) -> bytes:
    """Encode a report for Exercism.

    A bonus that was not earned is left out: a solution with a test that fails has failed. ``task_id`` is the number of
    the exercise, from 1.
    """
    why = _why_nothing_ran(report)
    if why:
        return encoded_json({"version": 3, "status": "error", "message": cropped(why, _LONGEST_MESSAGE), "tests": []})
    tests = [
        _test(number, exercise, check)
        for number, exercise in enumerate(report.exercises, 1)
        for check in exercise.checks
        if not check.bonus or check.verdict is Verdict.PASSED
    ]
    passed = all(test["status"] == "pass" for test in tests)
    return encoded_json({"version": 3, "status": "pass" if passed else "fail", "message": None, "tests": tests})


def _why_nothing_ran(report: Report) -> str:
    """Why there are no tests to speak of; empty where there are."""
    if report.refused or is_ours(report) or not report.exercises:
        return "\n".join(troubles(report)) or "Nothing was graded."
    found = [problems(exercise) for exercise in report.exercises]
    if all(len(found_here) == 1 and found_here[0].is_whole for found_here in found):  # files that cannot be run
        checks = [(exercise, here[0].check) for exercise, here in zip(report.exercises, found, strict=True)]
        if all(check.verdict is not Verdict.FAILED for _, check in checks):
            return "\n\n".join(check_text(exercise, check) for exercise, check in checks)
    return ""


def _test(task: int, exercise: ExerciseResult, check: CheckResult) -> dict[str, Any]:
    passed = check.verdict is Verdict.PASSED
    test: dict[str, Any] = {
        "name": name_of(check),
        "status": _STATUS.get(check.verdict, "fail"),
        "task_id": task,
        "test_code": _code(check),
    }
    if not passed:
        said = check_text(exercise, check, with_output=False) or check.verdict.value
        test["message"] = cropped(said, _LONGEST_MESSAGE)
    output = sanitize(check.failure.output if check.failure else "", multiline=True).strip("\n")
    if output:
        test["output"] = output if len(output) <= _LONGEST_OUTPUT else _cut(output)
    return test


def _cut(output: str) -> str:
    return f"{output[: _LONGEST_OUTPUT - len(_TRUNCATED) - 2].rstrip()}\n\n{_TRUNCATED}"


def _code(check: CheckResult) -> str:
    """The call that went wrong, where it is known as Python; else what is demanded, as a comment: checks are hidden."""
    example = check.failure.counterexample if check.failure else None
    code = example.code if example is not None else ""
    return sanitize(code, multiline=True) if code else f"# {name_of(check)}"
