"""The whole story of one check, and finding it by what a learner types."""

from __future__ import annotations

import re

from grader.errors import UsageError
from grader.names import nearest
from grader.reports.blocks import curve_lines, picture_lines, values_table, weight_blocks
from grader.reports.failure import TEXT_WIDTH, explain
from grader.reports.lines import UNICODE, Charset, Line, Span, indented, wrap
from grader.reports.model import CheckResult, ErrorMap, ExerciseResult, Report, Verdict
from grader.reports.repeat import repeat_command
from grader.reports.text_page import NARROWEST, check_mark, points_text

_CASE = re.compile(r"\[(.+)\]$")
_LISTED = 8
_SHORTEST_PART = 3

Found = tuple[ExerciseResult, CheckResult]


def find_check(report: Report, wanted: str) -> Found:
    """Find a check by its name, with or without ``test_`` and its exercise, by its case, or by words of its demand.

    ``lecture5.linear.test_matches_autograd``, ``linear.matches_autograd`` and ``matches autograd`` are the same
    check; ``atomic.b1`` is the case ``test_alone[b1]``.

    Raises:
        UsageError: there is none, or there are several; the message names those that come near.
    """
    everything = [(exercise, check) for exercise in report.exercises for check in exercise.checks]
    if not everything:
        raise UsageError("The report holds no checks.")
    key = _key(wanted)
    found = [pair for pair in everything if key in _names(*pair)]
    if not found and len(key) >= _SHORTEST_PART:
        found = [
            pair for pair in everything if any(key in name for name in _names(*pair)) or key in _key(pair[1].demand)
        ]
    if len(found) > 1:
        failed = [pair for pair in found if pair[1].verdict is not Verdict.PASSED]
        found = failed if len(failed) == 1 else found
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{wanted!r} could be any of these: {_listed(found)}.")
    near = nearest(key, [name for pair in everything for name in _names(*pair)], 3, cutoff=0.6)
    close = [pair for name in near for pair in everything if name in _names(*pair)]
    if close:
        raise UsageError(f"There is no check {wanted!r} in this report. Did you mean {_listed(close)}?")
    failed = [pair for pair in everything if pair[1].verdict is not Verdict.PASSED]
    raise UsageError(f"There is no check {wanted!r} in this report. It has {_listed(failed or everything)}.")


def story(
    report: Report, exercise: ExerciseResult, check: CheckResult, *, width: int = 80, charset: Charset = UNICODE
) -> list[Line]:
    """Tell all that is known of one check: what it demands, how it ended and why, pictures, how to repeat it."""
    width = max(width, NARROWEST)
    prose = min(width, TEXT_WIDTH)
    mark, style = check_mark(check, charset)
    name = charset.clean(f"{exercise.exercise}.{check.name}")
    points = f"{points_text(check.earned)}/{points_text(check.points)}{' bonus' * check.bonus}"
    lines: list[Line] = [(Span(part, "heading"),) for part in wrap(name, width)]
    word = "not earned" if check.is_more else "not run" if check.waits_for else check.verdict.value
    lines.append((Span(f"{mark} ", style), Span(f"{word}  {points} points", style)))
    if check.is_more:
        lines += [(Span(row),) for row in wrap("A bonus: the exercise is done without it.", prose)]
    lines += [(), *((Span(row),) for row in wrap(charset.clean(check.demand or check.name), prose)), ()]
    if check.failure is not None:
        lines += explain(check.failure, width=width, verbose=True, charset=charset)
        if check.failure.errors is not None:
            lines += _values(check.failure.errors, width, charset)
        if check.failure.counterexample is not None and check.failure.counterexample.code:
            lines += _code(check.failure.counterexample.code, width, charset)
        lines.append(())
    for curve in check.curves:
        lines += [*curve_lines(curve, width, charset), ()]
    for weights in check.maps:
        lines += [*weight_blocks(weights, width, charset), ()]
    for picture in check.pictures:
        lines += [*picture_lines(picture, width, charset), ()]
    if exercise.blocked_by:
        lines += [(Span(f"It waits for {charset.clean(exercise.blocked_by)}."),), ()]
    lines.append((Span("Again with the same inputs:", "faint"),))
    command = charset.clean(repeat_command(report, exercise.exercise))
    return lines + indented([(Span(row),) for row in wrap(command, width - 2)], 2)


def _code(code: str, width: int, charset: Charset) -> list[Line]:
    """The input whole. Its lines are not broken: they are to be copied."""
    title = "To try it by hand, in Python, in the folder of your exercises:"
    return [(), *((Span(row, "faint"),) for row in wrap(title, width)), *_rows(code, charset)]


def _rows(code: str, charset: Charset) -> list[Line]:
    return [(Span(row),) for row in charset.clean(code, multiline=True).split("\n")]


def _values(errors: ErrorMap, width: int, charset: Charset) -> list[Line]:
    if not errors.yours:
        return []
    top, left = errors.corner
    columns = f"{left} to {left + len(errors.yours[0]) - 1}"
    rows = f"rows {top} to {top + len(errors.yours) - 1}, columns "
    place = (rows if len(errors.shape) > 1 else "places ") + columns
    return [
        *values_table(f"yours, {place}:", errors.yours, width, charset),
        *values_table(f"expected, {place}:", errors.expected, width, charset),
    ]


def _names(exercise: ExerciseResult, check: CheckResult) -> set[str]:
    case = _CASE.search(check.name)
    own = {check.name, check.name.removeprefix("test_")} | ({case[1]} if case else set())
    names = own | {f"{place}.{name}" for place in (exercise.exercise, exercise.name) for name in own}
    return {_key(name) for name in names}


def _key(text: str) -> str:
    return "_".join(re.split(r"[\s:./\[\]_-]+", text.strip().casefold())).strip("_")


def _listed(found: list[Found]) -> str:
    names = list(dict.fromkeys(f"{exercise.exercise}.{check.name}" for exercise, check in found))
    return ", ".join(names[:_LISTED]) + (f" and {len(names) - _LISTED} more" if len(names) > _LISTED else "")
