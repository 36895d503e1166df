"""The report as check50 writes it with `-o json`."""

from __future__ import annotations

from typing import Any

from grader.reports.in_text import OURS, check_text, cropped, is_ours, name_of, troubles
from grader.reports.json_format import encoded_json
from grader.reports.model import CheckResult, ExerciseResult, Report, Verdict
from grader.reports.problem import sentence_of_failure
from grader.reports.text import sanitize

_LONGEST = 20_000
_SKIPPED = "can't check until a frown turns upside down"
_NOT_RUN = {Verdict.BLOCKED, Verdict.GRADER_FAULT}


def to_check50(report: Report) -> bytes:
    """Encode a report as check50 does. Of a run without verdicts it has an ``error`` in the place of ``results``."""
    head = {"slug": ",".join(exercise.exercise for exercise in report.exercises)}
    tail = {"version": report.environment.gradlings}
    if report.refused or not report.exercises or (is_ours(report) and not _any_verdict(report)):
        return encoded_json({**head, "error": _fatal(report), **tail})
    results = [_result(exercise, check) for exercise in report.exercises for check in exercise.checks]
    if is_ours(report):
        results.append(_unfinished(report))
    return encoded_json({**head, "results": results, **tail})


def _any_verdict(report: Report) -> bool:
    return any(check.verdict not in _NOT_RUN for exercise in report.exercises for check in exercise.checks)


def _result(exercise: ExerciseResult, check: CheckResult) -> dict[str, Any]:
    passed = check.verdict is Verdict.PASSED
    is_known = check.verdict not in _NOT_RUN and not check.is_more
    text = "" if passed else cropped(check_text(exercise, check), _LONGEST)
    return {
        "name": f"{exercise.exercise}.{sanitize(check.name)}",
        "description": name_of(check),
        "passed": passed if is_known else None,
        "log": text.split("\n") if text else [],
        "cause": None if passed else _cause(check),
        "data": {"points": check.points, "earned": check.earned, "bonus": check.bonus, "verdict": check.verdict.value},
        "dependency": f"{exercise.exercise}.{sanitize(check.waits_for)}" if check.waits_for else None,
    }


def _cause(check: CheckResult) -> dict[str, Any]:
    if check.verdict is Verdict.BLOCKED:
        return {"rationale": _SKIPPED, "help": sanitize(sentence_of_failure(check)) or None}
    if check.verdict is Verdict.GRADER_FAULT:
        return {"rationale": OURS, "help": sanitize(sentence_of_failure(check)) or None}
    if check.failure is None:
        return {"rationale": check.verdict.value, "help": None}
    findings = " ".join(finding.text for finding in check.failure.findings)
    headline = f"a bonus that was not earned: {check.failure.headline}" if check.is_more else check.failure.headline
    cause: dict[str, Any] = {"rationale": sanitize(headline), "help": sanitize(findings) or None}
    example = check.failure.counterexample
    if example is not None and example.yours and example.expected is not None:
        cause |= {"expected": sanitize(example.expected), "actual": sanitize(example.yours)}
    return cause


def _unfinished(report: Report) -> dict[str, Any]:
    """That not all of it could be checked, as a check without a verdict."""
    said = troubles(report)
    return {
        "name": "the grader",
        "description": "all checks ran to their end",
        "passed": None,
        "log": "\n".join(said).split("\n"),
        "cause": {"rationale": said[0].partition("\n")[0], "help": None},
        "data": {},
        "dependency": None,
    }


def _fatal(report: Report) -> dict[str, Any]:
    said = "\n".join(troubles(report)) or "Nothing was graded."
    return {
        "type": "GraderError" if is_ours(report) else "UsageError",
        "value": said,
        "traceback": [],
        "actions": {"show_traceback": False, "message": said},
        "data": {"exit_code": report.exit_code},
    }
