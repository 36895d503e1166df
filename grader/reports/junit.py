"""The report as JUnit XML, for any CI: a suite for each exercise, a case for each check.

The dialect is the one that Jenkins' `junit` step, GitLab and others read, with `file` and `line` at each case. Jenkins'
xUnit plugin validates, and its schema (junit-10.xsd) knows of neither: `to_xunit` leaves them out.

A check not started is a failure, for a pipeline must not turn green on a stub; a blocked one is skipped, for the
failure is counted where it arose, and so is a bonus that was not earned, for "done" does without it; a fault of
the grader is an error, as in JUnit itself.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from grader.reports.failure import explain
from grader.reports.lines import plain
from grader.reports.model import CheckResult, ExerciseResult, Report, Verdict
from grader.reports.problem import place_of_failure, sentence_of_failure
from grader.reports.text import sanitize
from grader.reports.text_page import points_text

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH = 100
_LONGEST_MESSAGE = 2_000


def to_xunit(report: Report) -> bytes:
    """Encode a report as JUnit XML that Jenkins' xUnit plugin takes for valid."""
    return to_junit(report, located=False)


def to_junit(report: Report, *, located: bool = True) -> bytes:
    """Encode a report as JUnit XML in UTF-8.

    Args:
        report: the report.
        located: whether each case has its ``file``, and its ``line`` where it failed.
    """
    root = ET.Element("testsuites", name="gradlings", time=_seconds(report.seconds))
    if report.refused:
        suite = ET.SubElement(root, "testsuite", name="hand-in")
        suite.append(_stating("failure", "can be graded", "hand-in", report.refused, "refused"))
        _count(suite, [suite])
    for exercise in report.exercises:
        root.append(_suite(exercise, report, located=located))
    if faults := _faults(report):
        suite = ET.SubElement(root, "testsuite", name="grader")
        suite.extend(faults)
        _count(suite, [suite])
    _count(root, root.findall("testsuite"))
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _suite(exercise: ExerciseResult, report: Report, *, located: bool) -> ET.Element:
    """One exercise, with what is needed to repeat and to judge the run."""
    time = _seconds(sum(check.seconds for check in exercise.checks))
    suite = ET.Element("testsuite", name=sanitize(exercise.exercise), time=time)
    if exercise.file:
        suite.set("file", sanitize(exercise.file))
    if report.started:
        suite.set("timestamp", sanitize(report.started))
    properties = ET.SubElement(suite, "properties")
    for name, value in (
        ("seed", str(report.seed)),
        ("isolation", str(report.isolation)),
        ("status", exercise.status.value),
        ("points", points_text(exercise.points)),
        ("earned", points_text(exercise.earned)),
        ("complete", "true" if report.complete else "false"),
        *((("bonus points", points_text(exercise.bonus_points)),) if exercise.bonus_points else ()),
        *((("bonus earned", points_text(exercise.bonus_earned)),) if exercise.bonus_points else ()),
    ):
        ET.SubElement(properties, "property", name=name, value=sanitize(value))
    for check in exercise.checks:
        suite.append(_case(check, exercise, located=located))
    if not exercise.checks:
        suite.append(_error("checks", exercise.exercise, "no check ran"))
    _count(suite, [suite])
    return suite


def _case(check: CheckResult, exercise: ExerciseResult, *, located: bool) -> ET.Element:
    """One check; its demand, the explanation and the code's output where it did not pass."""
    case = ET.Element(
        "testcase",
        name=sanitize(check.name),
        classname=sanitize(exercise.exercise),
        time=_seconds(check.seconds),
    )
    if located and exercise.file:
        file, line, _ = place_of_failure(exercise, check)
        case.set("file", sanitize(file))
        if check.failure is not None and check.verdict is not Verdict.BLOCKED:
            case.set("line", str(line))
    if check.verdict is Verdict.PASSED:
        return case
    if check.verdict is Verdict.BLOCKED:
        by = f" by {exercise.blocked_by}" if exercise.blocked_by else ""
        waits = check.failure.headline if check.waits_for and check.failure else ""
        ET.SubElement(case, "skipped", message=sanitize(waits[:_LONGEST_MESSAGE] or f"blocked{by}"))
        return case
    failure = check.failure
    if check.is_more:
        said = f": {failure.headline[:_LONGEST_MESSAGE]}" if failure else ""
        ET.SubElement(case, "skipped", message=sanitize(f"a bonus that was not earned{said}"))
        return case
    problem = ET.SubElement(
        case,
        "error" if check.verdict is Verdict.GRADER_FAULT else "failure",
        message=sanitize(sentence_of_failure(check)[:_LONGEST_MESSAGE] if failure else check.verdict.value),
        type=check.verdict.value,
    )
    lines = [sanitize(check.demand)] if check.demand else []
    if failure:
        lines += [plain(line) for line in explain(failure, width=_WIDTH, verbose=True)]
    problem.text = "\n".join(lines)
    return case


def _faults(report: Report) -> list[ET.Element]:
    """What concerns the run rather than an exercise."""
    faults = [_error(f"fault {number}", "grader", text) for number, text in enumerate(report.faults, 1)]
    if not report.complete:
        text = "The run was cut short: what is not listed was not graded."
        faults.append(_error("complete", "grader", text))
    return faults


def _error(name: str, classname: str, text: str) -> ET.Element:
    return _stating("error", name, classname, text, Verdict.GRADER_FAULT.value)


def _stating(tag: str, name: str, classname: str, text: str, kind: str) -> ET.Element:
    """A case that is no check's, and says what happened."""
    case = ET.Element("testcase", name=name, classname=sanitize(classname), time=_seconds(0.0))
    message = sanitize(text.strip().partition("\n")[0][:_LONGEST_MESSAGE])
    ET.SubElement(case, tag, message=message, type=kind).text = sanitize(text, multiline=True)
    return case


def _count(element: ET.Element, suites: Sequence[ET.Element]) -> None:
    """Set the counts of a suite, or of all suites, from the cases in them."""
    cases = [case for suite in suites for case in suite.findall("testcase")]
    element.set("tests", str(len(cases)))
    kinds = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    if element.tag == "testsuites":
        del kinds["skipped"]  # the dialect knows it on suites only
    for attribute, tag in kinds.items():
        element.set(attribute, str(sum(case.find(tag) is not None for case in cases)))


def _seconds(seconds: float) -> str:
    return f"{max(seconds, 0.0):.3f}"
