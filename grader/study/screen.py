"""What is seen while a folder is watched, as lines of a given width: the bar, the exercise, and the keys."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from grader.course import Exercise
from grader.reports.failure import explain
from grader.reports.lines import Charset, Line, Span, crop, flow, indented, wrap
from grader.reports.model import CheckResult, ExerciseResult, Failure, Status, Verdict
from grader.reports.text_page import (
    STYLE_OF,
    check_mark,
    demand_lines,
    exercise_lines,
    has_details,
    mark_of,
    points_text,
    same_failure,
    standing_text,
)
from grader.study.place import CodePlace
from grader.study.solution import compare

_PROSE = 88
_BAR = 40
_KEYS = (
    ("h", "hint"), ("n", "next"), ("l", "list"), ("a", "all checks"), ("s", "solution"),
    ("o", "page"), ("e", "editor"), ("r", "reset"), ("q", "quit"),
)  # fmt: skip


class Row(msgspec.Struct, frozen=True):
    """A watched exercise in the list; its status is None as long as it must be graded to know."""

    exercise: Exercise
    status: Status | None
    result: ExerciseResult | None = None


class View(msgspec.Struct, frozen=True):
    """All that the screen shows.

    Attributes:
        rows: the watched exercises.
        focus: the one that is looked at.
        result: what is known of it; None before it has been graded.
        is_old: whether the result is that of before the last save.
        place: where in its file to look.
        doing: what is going on, a few words.
        page: which page is shown: ``check``, ``all``, ``list``, ``hint`` or ``solution``.
        hints: how many hints are shown.
        solution: the learner's file and the course's own, for the page that compares them.
        message: what the last key brought.
        following: what is next.
        keys: whether keys are read.
    """

    rows: tuple[Row, ...]
    focus: Exercise
    result: ExerciseResult | None
    is_old: bool = False
    place: CodePlace | None = None
    doing: str = ""
    page: str = "check"
    hints: int = 0
    solution: tuple[str, str] = ("", "")
    message: str = ""
    following: str = ""
    keys: bool = True


def screen(view: View, width: int, height: int, charset: Charset, scroll: int = 0) -> tuple[list[Line], int]:
    """Lay the screen out; what of its middle does not fit can be scrolled to.

    Returns:
        As many lines as the screen has, and how far is scrolled: no further than there is something.
    """
    head, foot = _head(view, width, charset), _foot(view, width, charset)
    body = body_lines(view, width, charset)
    room = max(height - len(head) - len(foot), 1)
    if len(body) > room:
        room = max(room - 1, 1)
        scroll = max(0, min(scroll, len(body) - room))
        left = len(body) - scroll - room
        more = f"{charset.ellipsis} {left} more lines: arrow keys" if left else f"{charset.ellipsis} the end"
        body = [*body[scroll : scroll + room], (Span(crop(more, width, charset), "faint"),)]
    else:
        scroll = 0
        body += [()] * (room - len(body))
    return [*head, *body, *foot][:height], scroll


def _head(view: View, width: int, charset: Charset) -> list[Line]:
    done = sum(row.status is Status.PASSED for row in view.rows)
    count = f" {done}/{len(view.rows)} passed"
    units = list(dict.fromkeys(row.exercise.unit for row in view.rows))
    name = units[0] if len(units) == 1 else f"{len(units)} units"
    room = min(_BAR, max(width - len(name) - len(count) - 4, 5))
    full = round(room * done / max(len(view.rows), 1))
    solid, empty = ("#", "-") if charset.ascii else ("█", "░")
    bar: Line = (Span(f"{name} ", "heading"), Span(solid * full, "passed"), Span(empty * (room - full), "faint"))
    doing = crop(charset.clean(view.doing), width, charset)
    return [(*bar, Span(count, "total")), (Span(doing, "faint"),), ()]


def _foot(view: View, width: int, charset: Charset) -> list[Line]:
    lines: list[Line] = [()]
    if view.message:
        lines += [(Span(row, "note"),) for row in wrap(charset.clean(view.message, multiline=True), min(width, _PROSE))]
    if not view.keys:
        return lines
    named = [f"{key} {what}" for key, what in _KEYS]
    rows = flow(named, width, charset.dot)
    if len(rows) > 2:
        rows = flow([key for key, _ in _KEYS], width, charset.dot)
    return lines + [(Span(row, "faint"),) for row in rows]


def body_lines(view: View, width: int, charset: Charset) -> list[Line]:
    """The middle of the screen: the exercise, its checks, the list, or its hints."""
    if view.page == "list":
        return _list(view, width, charset)
    head = _exercise(view, width, charset)
    if view.page == "hint":
        return head + _hints(view, width, charset)
    if view.page == "solution":
        return head + _solution(view, width, charset)
    if view.result is None:
        return head
    if view.page == "all":
        lines = exercise_lines(view.result, 20, width, verbose=True, charset=charset)[1:]
    else:
        lines = verdict(view, width, charset)
    if view.is_old:
        lines = [tuple(Span(span.text, "faint") for span in line) for line in lines]
    return [*head, *lines]


def _exercise(view: View, width: int, charset: Charset) -> list[Line]:
    """Which exercise it is, how it stands, and a mark for each of its checks."""
    row = next((row for row in view.rows if row.exercise.id == view.focus.id), Row(view.focus, None))
    result = view.result
    status = row.status if not view.is_old else None
    if status is None and result is not None and not view.is_old:
        status = Status.FAILED  # it is not known to its end, and shown since a check has failed
    mark, style = (mark_of(status, charset), STYLE_OF[status]) if status is not None else (charset.blocked, "faint")
    title = f"{view.focus.id} {charset.dot} {charset.clean(view.focus.title)}"
    lines: list[Line] = [
        (Span(f"{mark} " if i == 0 else " " * (len(mark) + 1), style), Span(text, "heading"))
        for i, text in enumerate(wrap(title, max(width - len(mark) - 1, 8)))
    ]
    if result is not None and result.checks:
        points = f" {points_text(result.earned)}/{points_text(result.points)} points"
        marks = [check_mark(check, charset) for check in result.checks]
        if sum(len(mark) for mark, _ in marks) + len(points) + 4 <= width:
            lines.append((Span("  "), *(Span(mark, style) for mark, style in marks), Span(points, "faint")))
        else:
            lines.append((Span(points[1:], "faint"),))
    for note in result.notes if result is not None else ():
        lines += [(Span(text, "note"),) for text in wrap("note: " + charset.clean(note), min(width, _PROSE))]
    return [*lines, ()]


def verdict(view: View, width: int, charset: Charset) -> list[Line]:
    """What of the exercise fails first, why and where; then what else does."""
    result = view.result
    assert result is not None
    groups = same_failure([check for check in result.checks if has_details(check) and not check.is_more])
    if not groups:
        return _calm(view, result, width, charset)
    first, *others = groups
    lines: list[Line] = []
    shared = len(first) == len(result.checks) > 1  # one cause for all of them is the exercise's
    for check in [] if shared else first[:2]:
        lines += _outdented(demand_lines(check, min(width + 6, _PROSE), charset))
    by = 0 if shared else charset.mark_width + 1
    failure = first[0].failure
    if failure is not None:
        lines += indented(explain(failure, width=width - by, charset=charset), by)
        lines += indented(_place(view.place, failure, width - by, charset), by)
    return [*lines, *_rest(result, [] if shared else first[2:], others, width, charset)]


def _outdented(lines: Sequence[Line]) -> list[Line]:
    """Without the six spaces that stand before a check in a report."""
    return [(Span(line[0].text[6:], line[0].style), *line[1:]) for line in lines]


def _place(place: CodePlace | None, failure: Failure, width: int, charset: Charset) -> list[Line]:
    """The line of code, where the failure itself has not shown it."""
    if place is None or (failure.traceback and place.is_exact):
        return []
    lines: list[Line] = []
    if str(place) != failure.location:
        lines.append((Span(charset.clean(str(place)), "faint"),))
    if place.source.strip() and place.source.strip() in failure.headline:
        return lines
    return [*lines, (Span("  " + crop(charset.clean(place.source.strip()), max(width - 2, 8), charset)),)]


def _rest(
    result: ExerciseResult,
    first: Sequence[CheckResult],
    others: Sequence[Sequence[CheckResult]],
    width: int,
    charset: Charset,
) -> list[Line]:
    """What fails besides, a line each, and how many checks wait."""
    rows: list[Line] = []
    for check in [*first, *(check for group in others for check in group)]:
        mark, style = check_mark(check, charset)
        demand = crop(charset.clean(check.demand), max(width - len(mark) - 1, 8), charset)
        rows.append((Span(f"{mark} ", style), Span(demand)))
    waiting = sum(check.verdict is Verdict.BLOCKED for check in result.checks)
    unwritten = sum(check.verdict is Verdict.NOT_STARTED for check in result.checks)
    said = [f"{waiting} not run: they wait for what fails"] * bool(waiting)
    said += [f"{unwritten} ask for what is not written yet"] * bool(unwritten)
    rows += [(Span(f"{charset.blocked} {text}", "faint"),) for part in said for text in wrap(part, width - 4)]
    return [(), *rows] if rows else []


def _calm(view: View, result: ExerciseResult, width: int, charset: Charset) -> list[Line]:
    """What is said where no check fails: done, blocked, not begun, or the grader's own fault."""
    room = min(width, _PROSE)
    match result.status:
        case Status.PASSED:
            said = f"Done: all {len(result.checks)} checks pass." if len(result.checks) > 1 else "Done."
            lines: list[Line] = [(Span(row, "passed"),) for row in wrap(said, room)]
            for check in result.checks:
                if check.is_more:
                    lines += _outdented(demand_lines(check, min(width + 6, _PROSE), charset))
            if view.following:
                lines += [(Span(row),) for row in wrap(f"Next is {view.following}: press n.", room)]
            elif all(row.status is Status.PASSED for row in view.rows):
                lines += [(Span(row, "passed"),) for row in wrap("Well done! That was the last one.", room)]
            return lines
        case Status.BLOCKED:
            said = f"It builds on {result.blocked_by}, which is not done yet. Do that first: press n."
            return [(Span(row, "blocked"),) for row in wrap(charset.clean(said), room)]
        case Status.GRADER_FAULT:
            said = f"The grader failed. This is not your mistake. `grade {view.focus.id}` says more."
            return [(Span(row, "fault"),) for row in wrap(said, room)]
        case _:
            lines = [(Span(row),) for row in wrap(f"Not started. Write it in {charset.clean(result.file)}:", room)]
            lines += [(Span("  " + crop(name, width - 2, charset)),) for name in view.focus.symbols.values()]
            lines += [(), *((Span(row),) for row in wrap("It will be asked:", room))]
            for check in result.checks:
                lines += _outdented(demand_lines(check, min(width + 6, _PROSE), charset))
            return lines


def _list(view: View, width: int, charset: Charset) -> list[Line]:
    lines: list[Line] = []
    unit = ""
    column = max(len(row.exercise.name) for row in view.rows)
    for row in view.rows:
        if row.exercise.unit != unit:
            unit = row.exercise.unit
            lines += [()] * bool(lines) + [(Span(unit, "heading"),)]
        known = row.status is not None
        mark = mark_of(row.status, charset) if row.status is not None else charset.blocked
        style = STYLE_OF[row.status] if row.status is not None else "faint"
        tail = standing_text(row.result, charset) if row.result is not None else "not started" if known else "to grade"
        here = ">" if row.exercise.id == view.focus.id else " "
        name = f"{row.exercise.name:<{column}}"
        text = crop(f"{name}  {tail}", max(width - charset.mark_width - 3, 8), charset)
        lines.append((Span(f"{here} "), Span(f"{mark:<{charset.mark_width}} ", style), Span(text)))
    return lines


def _solution(view: View, width: int, charset: Charset) -> list[Line]:
    """The course's own as a diff from the learner's."""
    own, solution = view.solution
    if own.split() == solution.split():
        return [(Span(row),) for row in wrap("Yours is the course's own, to the letter.", width)]
    lines = compare(own, solution, view.focus, charset)
    return [tuple(Span(crop(span.text, width, charset), span.style) for span in line) for line in lines]


def _hints(view: View, width: int, charset: Charset) -> list[Line]:
    hints = view.focus.hints
    if not hints:
        return [(Span(row),) for row in wrap("This course has no hints: they come with the solutions.", width)]
    lines: list[Line] = []
    for number, hint in enumerate(hints[: view.hints], start=1):
        lines.append((Span(f"hint {number} of {len(hints)}", "faint"),))
        lines += [(Span(row),) for row in wrap(charset.clean(hint, multiline=True), min(width, _PROSE))]
        lines.append(())
    if view.hints < len(hints):
        lines += [(Span(row, "faint"),) for row in wrap("Still stuck? h says more.", width)]
    return lines
