"""Texts for platforms that show one of a run and one of each check: the sum, what went wrong, pictures in letters."""

from __future__ import annotations

import msgspec

from grader.errors import GraderError
from grader.reports.blocks import curve_lines, picture_lines, weight_blocks
from grader.reports.failure import explain
from grader.reports.lines import UNICODE, Line, plain
from grader.reports.model import CheckResult, ExerciseResult, Report, Status, Verdict
from grader.reports.repeat import repeat_command
from grader.reports.text import sanitize
from grader.reports.text_page import bonus_text, in_short, points_text

_WIDTH = 88
_MOST_FAULTS, _MOST_NOTES = 5, 20
_LONGEST_FAULT = 2_000
OURS = "The grader failed. This is not your mistake."
_NO_VERDICT = "This is no verdict on the submission."  # which says as much
CUT_SHORT = "The run was cut short: what is not listed was not graded."


def is_ours(report: Report) -> bool:
    """Whether the grader failed, or was stopped, so that what is missing is nobody's mistake."""
    return report.exit_code == GraderError.exit_code


def sum_text(report: Report) -> str:
    """The points, and how many exercises are done: ``7/10 points · 1 of 3 exercises done``.

    Of a run that was cut short nobody knows how many points there are.
    """
    if report.exercises and not report.complete:
        return f"{points_text(report.earned)} points{bonus_text(report)} so far: not everything was graded"
    done = sum(exercise.status is Status.PASSED for exercise in report.exercises)
    many = len(report.exercises)
    points = f"{points_text(report.earned)}/{points_text(report.points)} points{bonus_text(report)}"
    return f"{points} · {done} of {many} exercise{'s' * (many != 1)} done" if many else "Nothing was graded."


def troubles(report: Report) -> list[str]:
    """Why the verdicts are not all that they could be: a hand-in that is refused, a run cut short, faults of ours."""
    said = [sanitize(report.refused, multiline=True)] if report.refused else []
    if is_ours(report) and report.complete and not any(_NO_VERDICT in fault for fault in report.faults):
        said.append(OURS)
    said += [sanitize(in_short(fault), multiline=True)[:_LONGEST_FAULT] for fault in report.faults[:_MOST_FAULTS]]
    said += [f"{exercise.exercise}: no check ran." for exercise in report.exercises if not exercise.checks]
    if not report.complete and not report.faults:
        said.append(CUT_SHORT)
    return said


def run_text(report: Report) -> str:
    """What is said of the whole run: troubles, the sum, warnings about files, and how to repeat it."""
    notes = [f"{e.name}: {sanitize(note, multiline=True)}" for e in report.exercises for note in e.notes]
    lines = [*troubles(report), sum_text(report), *notes[:_MOST_NOTES]]
    again = again_text(report)
    return "\n".join([*lines, "", f"Again with the same inputs: {again}"] if again else lines)


def again_text(report: Report) -> str:
    """The command that grades the first exercise again that is not done; empty where there is none to mend."""
    names = [exercise.exercise for exercise in report.exercises if exercise.status is Status.FAILED]
    return sanitize(repeat_command(report, names[0])) if names and not report.refused else ""


def name_of(check: CheckResult) -> str:
    """What a check is called where its demand is shown."""
    return sanitize(check.demand or check.name)


def check_text(exercise: ExerciseResult, check: CheckResult, *, with_output: bool = True) -> str:
    """Why a check did not pass, with its pictures in letters; empty where there is nothing to tell."""
    lines: list[Line] = []
    if check.failure is not None:
        failure = check.failure if with_output else msgspec.structs.replace(check.failure, output="")
        lines += explain(failure, width=_WIDTH, verbose=True)
    said = [plain(line) for line in [*lines, *picture_text(check)]]
    if check.verdict is Verdict.BLOCKED and not check.waits_for and exercise.blocked_by:
        said.insert(0, f"It waits for {sanitize(exercise.blocked_by)}, which is not done.")
    return "\n".join(said).rstrip()


def picture_text(check: CheckResult) -> list[Line]:
    """The curves, matrices and pictures that a check recorded, in letters."""
    lines: list[Line] = []
    for curve in check.curves:
        lines += curve_lines(curve, _WIDTH, UNICODE)
    for weights in check.maps:
        lines += weight_blocks(weights, _WIDTH, UNICODE)
    for picture in check.pictures:
        lines += picture_lines(picture, _WIDTH, UNICODE)
    return lines


def cropped(text: str, longest: int) -> str:
    """The text if it is no longer than that, else its beginning."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
