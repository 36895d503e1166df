"""The report as lines of text with named styles: what a learner reads, before any terminal is involved."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.reports.blocks import curve_lines
from grader.reports.failure import TEXT_WIDTH, explain
from grader.reports.lines import (
    UNICODE,
    Charset,
    Line,
    Span,
    cell_width,
    clip,
    flow,
    indented,
    plain,
    wrap,
)
from grader.reports.model import CheckResult, ExerciseResult, Report, Status, Sums, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NARROWEST = 40  # consoles that claim less get this, and break the lines themselves

# Past the first number of failing checks an exercise shows only the second in full: the first mistake is the
# one to mend, and often the cause of the others.
_ALL_IN_FULL, _FIRST_IN_FULL = 6, 4

_UNWRITTEN = re.compile(r"([\w.]+) is not written yet")  # the sentence that stubs raise
_FAULT_LINES = 3
_TRACEBACK = "Traceback (most recent call last)"
_CASE = re.compile(r"\[(.+)\]$")

_DONE_ANYWAY = "The exercise is done without it. -v shows what came."

STYLE_OF = {
    Status.PASSED: "passed",
    Status.FAILED: "failed",
    Status.NOT_STARTED: "idle",
    Status.BLOCKED: "blocked",
    Status.GRADER_FAULT: "fault",
}


def render_text(report: Report, *, width: int = 80, verbose: bool = False, charset: Charset = UNICODE) -> str:
    """The report as plain text, for logs and for services that take one text per submission."""
    return "".join(plain(line) + "\n" for line in page(report, width, verbose=verbose, charset=charset))


def page(report: Report, width: int, *, verbose: bool = False, charset: Charset = UNICODE) -> list[Line]:
    """Lay the whole report out: a block for each unit, faults of the grader, the sum."""
    width = max(width, NARROWEST)
    lines: list[Line] = []
    for index, (heading, exercises) in enumerate(_by_unit(report)):
        lines += _heading(heading, report if index == 0 else None, width, charset)
        column = max(18, *(len(exercise.name) + 2 for exercise in exercises))
        for exercise in exercises:
            lines += exercise_lines(exercise, column, width, verbose=verbose, charset=charset)
        lines.append(())
    lines += _grader_faults(report, width, verbose=verbose, charset=charset)
    lines += _total(report, min(width, TEXT_WIDTH), charset)
    return lines


def points_text(points: float) -> str:
    """Points without decimals where they are whole: ``2``, ``2.5``, ``0.33``."""
    return f"{round(points, 2):.2f}".rstrip("0").rstrip(".")


def bonus_text(sums: Sums | Report) -> str:
    """What stands behind the points where there is a bonus: `` + 1 of 2 bonus``."""
    if not sums.bonus_points:
        return ""
    return f" + {points_text(sums.bonus_earned)} of {points_text(sums.bonus_points)} bonus"


def _by_unit(report: Report) -> list[tuple[tuple[str, str], list[ExerciseResult]]]:
    """The exercises under their units' headings, in the report's order."""
    titles = dict(report.units)
    units: dict[str, list[ExerciseResult]] = {}
    for exercise in report.exercises:
        units.setdefault(exercise.unit, []).append(exercise)
    return [((unit, titles.get(unit, "")), exercises) for unit, exercises in units.items()]


def _heading(heading: tuple[str, str], run: Report | None, width: int, charset: Charset) -> list[Line]:
    """The unit on the left; on the right of the first one, what is needed to repeat and to judge the run."""
    unit, title = (charset.clean(part) for part in heading)
    left = f"{unit} {charset.dot} {title}" if title else unit
    if run is None:
        return [(Span(text, "heading"),) for text in wrap(left, width)]
    right = f"seed {run.seed} {charset.dot} isolation {charset.clean(run.isolation.level)}"
    gap = min(width, TEXT_WIDTH) - cell_width(left) - cell_width(right)
    if gap < 2:
        return [*((Span(text, "heading"),) for text in wrap(left, width)), (Span(right, "faint"),)]
    return [(Span(left, "heading"), Span(" " * gap), Span(right, "faint"))]


def exercise_lines(exercise: ExerciseResult, column: int, width: int, *, verbose: bool, charset: Charset) -> list[Line]:
    """The exercise's own line, warnings about its file, and its checks where they have something to say."""
    status = exercise.status
    style = STYLE_OF[status]
    mark = f"  {mark_of(status, charset):<{charset.mark_width}} "
    tail = standing_text(exercise, charset)
    name = f"{charset.clean(exercise.name):<{column}}"
    if cell_width(mark + name + tail) <= width:
        lines: list[Line] = [(Span(mark, style), Span(name), Span(tail))]
    else:
        lines = [(Span(mark, style), Span(name.rstrip()))]
        lines += [(Span(" " * 6), Span(part)) for part in wrap(tail, width - 6)]
    for note in exercise.notes:
        body = wrap("note: " + charset.clean(note, multiline=True), min(width, TEXT_WIDTH) - 6)
        lines += [(Span(" " * 6), Span(part, "note")) for part in clip(body, 6, charset)]
    if verbose or status in {Status.FAILED, Status.GRADER_FAULT}:
        lines += _checks(exercise, width, verbose=verbose, charset=charset)
    elif status is Status.PASSED:
        lines += _more(exercise.checks, min(width, TEXT_WIDTH), charset)
        if any(check.is_more for check in exercise.checks):
            by = 6 + charset.mark_width + 1
            lines += indented(_wrapped(_DONE_ANYWAY, min(width, TEXT_WIDTH) - by, "faint"), by)
    return lines


def standing_text(exercise: ExerciseResult, charset: Charset) -> str:
    """What stands behind an exercise's name."""
    points = f"{points_text(exercise.earned)}/{points_text(exercise.points)}{bonus_text(exercise)}"
    match exercise.status:
        case Status.NOT_STARTED:
            return "not started"
        case Status.BLOCKED:
            return f"blocked by {charset.clean(exercise.blocked_by)}"
        case Status.GRADER_FAULT:
            return f"{points}  the grader failed, see below" if exercise.checks else "no check ran, see below"
        case _:
            return points


def mark_of(status: Status, charset: Charset) -> str:
    """The mark before an exercise."""
    return {
        Status.PASSED: charset.passed,
        Status.FAILED: charset.failed,
        Status.NOT_STARTED: charset.not_started,
        Status.BLOCKED: charset.blocked,
        Status.GRADER_FAULT: charset.fault,
    }[status]


def _checks(  # noqa: C901 - one case a kind of check
    exercise: ExerciseResult, width: int, *, verbose: bool, charset: Charset
) -> list[Line]:
    """The checks of one exercise that did not pass (all of them if verbose), the first ones in full."""
    groups = same_failure([c for c in exercise.checks if verbose or c.verdict is not Verdict.PASSED])
    if not verbose:
        groups = [group for group in groups if not all(check.is_more for check in group)]  # see _more
    again = set() if verbose else _same_mistake([group[0] for group in groups])
    told = [group for group in groups if has_details(group[0]) and id(group[0]) not in again]
    full = len(told) if verbose or len(told) <= _ALL_IN_FULL else _FIRST_IN_FULL
    waiting = waiting_by_name(exercise.checks)
    lines: list[Line] = []
    for group in groups:
        first = group[0]
        if first.verdict in {Verdict.NOT_STARTED, Verdict.BLOCKED} and not verbose:
            continue  # folded below
        whole = len(group) == len(exercise.checks) > 1 and has_details(first) and not verbose
        if not whole:  # one cause for all of them is the exercise's, and needs no list
            for check in group:
                lines += demand_lines(check, min(width, TEXT_WIDTH), charset)
        if id(first) in again:
            lines.append((Span(" " * (6 + charset.mark_width + 1)), Span("The same mistake as above.", "faint")))
        elif first.failure is not None and first in (g[0] for g in told[:full]):
            by = 6 if whole else 6 + charset.mark_width + 1
            lines += indented(explain(first.failure, width=width - by, verbose=verbose, charset=charset), by)
        if verbose or first in (g[0] for g in told[:full]):
            by = 6 + charset.mark_width + 1
            for curve in first.curves:
                lines += indented(curve_lines(curve, width - by, charset), by)
        lines += _waiting(group, waiting, min(width, TEXT_WIDTH), verbose=verbose, charset=charset)
    if full < len(told):
        lines.append((Span(" " * 6), Span("-v shows all of them in full", "faint")))
    if not verbose:
        told_of = {check.name for group in groups for check in group if has_details(check)}
        untold = [check for check in exercise.checks if check.waits_for not in told_of]
        lines += _folded(untold, min(width, TEXT_WIDTH), charset)
        lines += _more(exercise.checks, min(width, TEXT_WIDTH), charset)
    return lines


def _waiting(
    group: Sequence[CheckResult],
    waiting: Mapping[str, Sequence[CheckResult]],
    width: int,
    *,
    verbose: bool,
    charset: Charset,
) -> list[Line]:
    """What waits for a check that failed; where all checks are shown, what this one waits for."""
    by = 6 + charset.mark_width + 1
    if verbose:
        waits = [check.failure.headline for check in group if check.waits_for and check.failure]
        rows = [row for headline in waits for row in wrap(charset.clean(headline), width - by)]
        return indented([(Span(row, "faint"),) for row in rows], by)
    said = waiting_text(waiting_for(group, waiting))
    return indented(_wrapped(f"{charset.blocked} {said}", width - by, "blocked"), by) if said else []


def waiting_by_name(checks: Iterable[CheckResult]) -> dict[str, list[CheckResult]]:
    """The checks that were not run since another failed, by that one's name."""
    waiting: dict[str, list[CheckResult]] = {}
    for check in checks:
        if check.waits_for:
            waiting.setdefault(check.waits_for, []).append(check)
    return waiting


def waiting_for(group: Sequence[CheckResult], waiting: Mapping[str, Sequence[CheckResult]]) -> list[CheckResult]:
    """Those of the waiting checks that were not run since one of a group failed."""
    names = dict.fromkeys(check.name for check in group if has_details(check))
    return [check for name in names for check in waiting.get(name, ())]


def waiting_text(waiting: Sequence[CheckResult]) -> str:
    """How many checks wait, to stand below the one that they wait for."""
    count = len(waiting)
    return "" if not count else f"{count} more {'check waits' if count == 1 else 'checks wait'} for this one"


def _more(checks: Iterable[CheckResult], width: int, charset: Charset) -> list[Line]:
    """The bonuses that are still to be earned: what more there is, and nothing that reads as a failure."""
    shared = [group for group in same_failure(checks) if all(check.is_more for check in group)]
    return [line for group in shared for check in group for line in demand_lines(check, width, charset)]


def same_failure(checks: Iterable[CheckResult]) -> list[list[CheckResult]]:
    """Checks that failed for one reason, together: a file that does not import fails all of them alike."""
    groups: dict[object, list[CheckResult]] = {}
    for check in checks:
        key: object = (check.verdict, check.failure) if has_details(check) else id(check)
        groups.setdefault(key, []).append(check)
    return list(groups.values())


def _same_mistake(checks: Iterable[CheckResult]) -> set[int]:
    """The ids of the checks that failed for a misconception which a check before them has told."""
    told: set[str] = set()
    found: set[int] = set()
    for check in checks:
        names = [f.name for f in check.failure.findings if f.kind == "misconception"] if check.failure else []
        if names and names[0] in told:
            found.add(id(check))
        told.update(names)
    return found


def has_details(check: CheckResult) -> bool:
    """Whether its failure says more than that it was not begun."""
    quiet = {Verdict.PASSED, Verdict.NOT_STARTED, Verdict.BLOCKED, Verdict.GRADER_FAULT}
    return check.failure is not None and check.verdict not in quiet


def check_mark(check: CheckResult, charset: Charset) -> tuple[str, str]:
    """The mark before a check, and its style."""
    if check.is_more:
        return charset.more, "more"
    if check.bonus and check.verdict is Verdict.PASSED:
        return charset.earned, "passed"
    return {
        Verdict.PASSED: (charset.passed, "passed"),
        Verdict.NOT_STARTED: (charset.not_started, "idle"),
        Verdict.BLOCKED: (charset.blocked, "blocked"),
        Verdict.GRADER_FAULT: (charset.fault, "fault"),
    }.get(check.verdict, (charset.failed, "failed"))


def demand_lines(check: CheckResult, width: int, charset: Charset) -> list[Line]:
    """Mark, demand and points of one check."""
    mark, style = check_mark(check, charset)
    lead = f"      {mark:<{charset.mark_width}} "
    points = f"{points_text(check.earned)}/{points_text(check.points)}{' bonus' * check.bonus}"
    room = width - len(lead) - len(points) - 2
    rows = wrap(charset.clean(check.demand or check.name), room) or [""]
    pad = " " * (room - cell_width(rows[0]) + 2)
    lines: list[Line] = [(Span(lead, style), Span(rows[0]), Span(pad), Span(points, "faint"))]
    return lines + [(Span(" " * len(lead)), Span(row)) for row in rows[1:]]


def _folded(checks: Sequence[CheckResult], width: int, charset: Charset) -> list[Line]:
    """The checks that ask for what is not there yet, in a line for each reason."""
    lines: list[Line] = []
    for verdict, mark, style in (
        (Verdict.NOT_STARTED, charset.not_started, "idle"),
        (Verdict.BLOCKED, charset.blocked, "blocked"),
    ):
        waiting = [check for check in checks if check.verdict is verdict]
        if not waiting:
            continue
        names = list(dict.fromkeys(charset.clean(_subject(check)) for check in waiting))
        shown = [*names[:7], charset.ellipsis, names[-1]] if len(names) > 10 else names
        count = f" ({len(waiting)})" if len(waiting) > 1 else ""
        lead = f"      {mark:<{charset.mark_width}} "
        word = "not run" if verdict is Verdict.BLOCKED and waiting[0].waits_for else verdict.value
        rows = wrap(f"{word}{count}: {', '.join(shown)}", width - len(lead))
        lines += [(Span(lead if i == 0 else " " * len(lead), style), Span(row)) for i, row in enumerate(rows)]
    return lines


def _subject(check: CheckResult) -> str:
    """What a check is about, in a word or two: the function not written yet, its case, or its own name."""
    unwritten = _UNWRITTEN.search(check.failure.headline) if check.failure else None
    if unwritten:
        return unwritten[1]
    case = _CASE.search(check.name)
    return case[1] if case else check.name.removeprefix("test_").replace("_", " ")


def _grader_faults(report: Report, width: int, *, verbose: bool, charset: Charset) -> list[Line]:
    """What failed on our side, apart from everything the learner did."""
    body: list[Line] = []
    room = width - 4
    for fault in report.faults:
        text = fault if verbose else in_short(fault)
        body += [(Span(row),) for row in wrap(charset.clean(text, multiline=True), min(room, TEXT_WIDTH))]
    for exercise in report.exercises:
        if not exercise.checks:
            body.append((Span(f"{charset.clean(exercise.exercise)}: no check ran."),))
        for check in exercise.checks:
            if check.verdict is not Verdict.GRADER_FAULT:
                continue
            where = charset.clean(f"{exercise.exercise}, {check.name}:")
            body += [(Span(row),) for row in wrap(where, min(room, TEXT_WIDTH))]
            if check.failure is not None:
                body += indented(explain(check.failure, width=room - 2, verbose=verbose, charset=charset), 2)
    if not body:
        return []
    head = f"{charset.fault} The grader failed. This is not your mistake."
    return [
        *_wrapped(head, width, "fault"),
        *indented(body, 4),
        *indented([(Span(row),) for row in wrap(advice(report), min(room, TEXT_WIDTH))], 4),
        (),
    ]


def in_short(fault: str) -> str:
    """What failed and what Python said of it, without the lines between: these are for whoever mends it."""
    lines = [line for line in fault.splitlines() if line.strip()]
    if len(lines) <= _FAULT_LINES:
        return fault
    said = next(
        (line.removeprefix("E").strip() for line in lines if re.match("E  +", line)), lines[-1]
    )  # pytest's mark
    return f"{lines[0]}\n{said}"


def advice(report: Report) -> str:
    """What to do about faults: a mistake of ours is worth a report, what the machine lacks is not."""
    again = f"Run it again with --seed {report.seed}"
    if any(_TRACEBACK in fault for fault in report.faults):
        return f"{again}; if it fails again, report what `grade show -v` says, and `grade doctor`."
    return f"{again}; if it fails again, `grade doctor` says what this machine lacks."


def _total(report: Report, width: int, charset: Charset) -> list[Line]:
    """The sum, what to do next, and what weakens the verdicts."""
    lines: list[Line] = []
    if report.refused:
        lines += _wrapped(charset.clean(report.refused, multiline=True), width, "note")
    if not report.complete:
        lines += _wrapped("The run was cut short: what is not listed was not graded.", width, "note")
    lines += _sum(report, width, charset)
    if report.isolation.level != "full":
        missing = ", ".join(charset.clean(reason) for reason in report.isolation.missing)
        how = "only partly isolated" if report.isolation.level == "partial" else "not isolated"
        why = f": {missing}" if missing else ""
        text = f"This run was {how}{why}. `grade doctor` says what it would take."
        lines += _wrapped(text, width, "note")
    return lines


def _sum(report: Report, width: int, charset: Charset) -> list[Line]:
    statuses = [exercise.status for exercise in report.exercises]
    if not statuses:
        return _wrapped("Nothing was graded.", width, "total")
    done = statuses.count(Status.PASSED)
    total = len(statuses)
    exercises = "exercise" if total == 1 else "exercises"
    points = f"{points_text(report.earned)}/{points_text(report.points)} points{bonus_text(report)}"
    if done == total and report.complete and not report.faults:
        lines = _wrapped(f"{points} {charset.dot} {total} of {total} {exercises} done", width, "total")
        return lines + _wrapped(charset.clean(praise(report)), width, "passed")
    pieces = [points, f"{done} of {total} {exercises} done"]
    waiting = (e for e in report.exercises if e.status in {Status.FAILED, Status.NOT_STARTED})
    following = next(waiting, None)
    if following is not None:
        pieces.append(f"next: {charset.clean(following.exercise)}")
    return [(Span(text, "total"),) for text in flow(pieces, width, charset.dot)]


def praise(report: Report) -> str:
    """What is said where all is done."""
    left = report.bonus_points - report.bonus_earned
    if not left:
        return "Well done! Every check passed, on inputs that were drawn afresh for this run."
    where = ", ".join(e.exercise for e in report.exercises if e.bonus_points > e.bonus_earned)
    points = "1 bonus point" if left == 1 else f"{points_text(left)} bonus points"
    return (
        "Well done! All that is asked passed, on inputs that were drawn afresh for this run. "
        f"There is more to earn: {points}, in {where}."
    )


def _wrapped(text: str, width: int, style: str) -> list[Line]:
    return [(Span(row, style),) for row in wrap(text, width)]
