"""Where a learner stands, as lines: the units with their exercises, what is next, what was tried when."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.course import Course, Exercise
from grader.reports.lines import Charset, Line, Span, cell_width, crop, plain, wrap
from grader.reports.model import Status
from grader.reports.text_page import NARROWEST, points_text
from grader.study.history import Attempt
from grader.study.progress import Mark, Progress, Standing
from grader.study.readme import Place, in_readme, to_write

_BAR = 24
_STYLES = {Mark.PASSED: "passed", Mark.BEGUN: "failed", Mark.BLOCKED: "blocked", Mark.NOT_STARTED: "idle"}
_SHOWN = 6  # attempts whose points are spelt out in a line
_TIME = "%d %b %H:%M"
_INDENT = 4


def listed(
    course: Course, progress: Progress, exercises: Sequence[Exercise], width: int, charset: Charset
) -> list[Line]:
    """Every unit with its exercises, each with its mark and points."""
    width = max(width, NARROWEST)
    wanted = {exercise.id for exercise in exercises}
    lines: list[Line] = []
    if course.title and len(exercises) == len(course.exercises):
        lines += _wrapped(charset.clean(course.title), width, "heading")
    for unit in course.units:
        shown = [exercise for exercise in unit.exercises if exercise.id in wanted]
        if not shown:
            continue
        done = sum(progress.of(exercise.id).mark is Mark.PASSED for exercise in unit.exercises)
        tail = f"{done}/{len(unit.exercises)}"
        title = crop(f"{unit.name} {charset.dot} {charset.clean(unit.title)}", width - len(tail) - 2, charset)
        lines += [()] * bool(lines)
        lines.append((Span(title, "heading"), Span("  "), Span(tail, "faint")))
        column = max(len(exercise.name) for exercise in shown)
        for exercise in shown:
            lines.append(_exercise(exercise, progress.of(exercise.id), column, width, charset))
    return lines


def legend(width: int, charset: Charset) -> list[Line]:
    """What the marks mean."""
    parts = [(Span(_mark(mark, charset), _STYLES[mark]), Span(f" {mark} ", "faint")) for mark in Mark]
    return _folded(parts, max(width, NARROWEST), 0)


def summary(
    course: Course, progress: Progress, here: Path, width: int, charset: Charset, option: str = ""
) -> list[Line]:
    """How far one is in each unit, what is open, and what is next; see `following`."""
    width = max(width, NARROWEST)
    lines: list[Line] = []
    if course.title:
        lines += [*_wrapped(charset.clean(course.title), width, "heading"), ()]
    total = len(progress.standings)
    column = max((len(unit.name) for unit in course.units), default=0)
    for unit in course.units:
        marks = [progress.of(exercise.id).mark for exercise in unit.exercises]
        done = marks.count(Mark.PASSED)
        count = f"{done:>3}/{len(marks)}"
        style = "passed" if done == len(marks) else ""
        lead = f"  {unit.name:<{column}} {count:<7}"
        bar = _bar(done, len(marks), min(_BAR, max(width - len(lead) - 1, 4)), charset)
        room = width - len(lead) - cell_width(bar) - 2
        title = crop(charset.clean(unit.title), room, charset) if room > 8 else ""
        lines.append((Span(lead), Span(bar, style or "faint"), Span("  "), Span(title, "faint")))
    points = sum(standing.last.earned for standing in progress.standings if standing.last is not None)
    lines += [(), (Span(f"{progress.passed} of {total} exercises done, {points_text(points)} points", "total"),)]
    changed = [standing.exercise for standing in progress.standings if standing.changed]
    if changed:
        more = f" and {len(changed) - 3} more" if len(changed) > 4 else ""
        names = f"{', '.join(changed[:3])}{more}" if more else ", ".join(changed)
        lines += _wrapped(f"Changed since they were graded: {names}", width, "note")
    return [*lines, (), *following(course, progress, here, width, charset, option)]


def following(
    course: Course, progress: Progress, here: Path, width: int, charset: Charset, option: str = ""
) -> list[Line]:
    """The exercise that is next: what is to be written, where it is told about, and the command.

    Args:
        course: which exercises there are.
        progress: how they stand.
        here: the folder that is worked in.
        width: of the terminal.
        charset: what it can show.
        option: what commands need to find the course.
    """
    if not progress.next:
        return _wrapped("All exercises are done.", width, "passed")
    exercise = course.exercise(progress.next)
    standing = progress.of(exercise.id)
    state = _state(standing)
    head = f"next: {exercise.id} {charset.dot} {charset.clean(exercise.title)}"
    lines: list[Line] = [*_wrapped(head, width, "heading")]
    if state:
        lines += [(Span("  "), *line) for line in _wrapped(state, width - 2, "faint")]
    places = [("write", to_write(exercise, here)), ("read", in_readme(exercise, here))]
    for verb, place in places:
        if place is not None and not (verb == "write" and standing.missing):
            lines.append((Span(f"  {verb:<6}"), place_span(place)))
    lines.append((Span(f"  {'then':<6}"), Span(f"grade {exercise.id}{option}")))
    return lines


def after_passing(course: Course, progress: Progress, here: Path, charset: Charset) -> list[Line]:
    """What stands below a report in which all passed: the next exercise, and the lines that introduce it."""
    if not progress.next:
        return [(Span("That was the last one: all exercises of the course are done.", "passed"),)]
    exercise = course.exercise(progress.next)
    place = in_readme(exercise, here)
    lines: list[Line] = [(Span(f"next: {exercise.id} {charset.dot} {charset.clean(exercise.title)}", "total"),)]
    if place is not None:
        lines.append((Span("  "), place_span(place)))
    return lines


def place_span(place: Place) -> Span:
    """A place as one types it, which a terminal that knows how to opens where it is clicked."""
    return Span(str(place), "faint", place.link)


def history(progress: Progress, exercises: Sequence[Exercise], width: int, charset: Charset) -> list[Line]:
    """What was tried: a line for each exercise, and each attempt where a single exercise is asked for."""
    width = max(width, NARROWEST)
    wanted = [progress.of(exercise.id) for exercise in exercises]
    tried = [standing for standing in wanted if standing.attempts]
    if not tried:
        return [(Span("Nothing of this was graded here yet."),)]
    if len(wanted) == 1:
        return [line for attempt in tried[0].attempts for line in _attempt(attempt, width, charset)]
    column = max(len(standing.exercise) for standing in tried)
    return [line for standing in tried for line in _tries(standing, column, width, charset)]


def _folded(parts: Sequence[Line], width: int, indent: int) -> list[Line]:
    """Parts on one line with two spaces between them, or on as many as they need, those after the first indented."""
    rows: list[Line] = []
    room = 0
    for part in parts:
        needed = cell_width(plain(part))
        if rows and needed + 2 <= room:
            rows[-1] = (*rows[-1], Span("  "), *part)
        else:
            rows.append((Span(" " * indent), *part) if rows and indent else part)
            room = width - indent * (len(rows) > 1) + 2
        room -= 2 + sum(cell_width(span.text) for span in part)
    return rows


def _attempt(attempt: Attempt, width: int, charset: Charset) -> list[Line]:
    mark = _mark(_mark_of(attempt.status), charset)
    seconds = f"{attempt.seconds:.1f} s"
    points = f"{points_text(attempt.earned)}/{points_text(attempt.points)}"
    if attempt.bonus:
        points += f" + {points_text(attempt.bonus)}"
    style = _STYLES[_mark_of(attempt.status)]
    parts = [
        (Span(_clock(attempt)),),
        (Span(f"{mark:<{charset.mark_width}} ", style), Span(f"{points:<9}")),
        (Span(f"{attempt.status.value:<11}"),),
        (Span(f"{seconds:>8}", "faint"),),
    ]
    return _folded(parts, width, _INDENT)


def _tries(standing: Standing, column: int, width: int, charset: Charset) -> list[Line]:
    attempts = standing.attempts
    arrow = "->" if charset.ascii else "→"
    points = [f"{points_text(attempt.earned)}/{points_text(attempt.points)}" for attempt in attempts]
    shown = [*points[:2], charset.ellipsis, *points[3 - _SHOWN :]] if len(points) > _SHOWN else points
    count = f"{len(attempts)} {'run' if len(attempts) == 1 else 'runs'}"
    first, last = _clock(attempts[0]), _clock(attempts[-1])
    style = _STYLES[standing.mark]
    parts = [
        (
            Span(f"  {_mark(standing.mark, charset):<{charset.mark_width}} ", style),
            Span(f"{standing.exercise:<{column}}"),
        ),
        (Span(f"{count:>8}"),),
        (Span(first if first == last else f"{first} {arrow} {last}", "faint"),),
        *((Span(row),) for row in wrap(f" {arrow} ".join(shown), width - _INDENT)),
    ]
    return _folded(parts, width, _INDENT)


def _clock(attempt: Attempt) -> str:
    time = attempt.time
    return time.strftime(_TIME) if time is not None else "?"


def _exercise(exercise: Exercise, standing: Standing, column: int, width: int, charset: Charset) -> Line:
    lead = f"  {_mark(standing.mark, charset):<{charset.mark_width}} "
    points = ""
    if standing.last is not None:
        points = f"{points_text(standing.last.earned)}/{points_text(standing.last.points)}"
        points += f"+{points_text(standing.last.bonus)}" * bool(standing.last.bonus)
    name = f"{exercise.name:<{column}}  {points:>7}  "
    state = _remark(standing)
    room = width - len(lead) - len(name) - (cell_width(state) + 2 if state else 0)
    title = crop(charset.clean(exercise.title), room, charset) if room > 8 else ""
    spans = (Span(lead, _STYLES[standing.mark]), Span(name), Span(title, "faint"))
    return (*spans, Span("  " * bool(title) + state, "note")) if state else spans


def _remark(standing: Standing) -> str:
    """What stands behind an exercise's title."""
    if standing.missing:
        return "no file"
    if standing.changed:
        return "changed since"
    if standing.mark is Mark.BLOCKED and standing.blocked_by:
        return f"waits for {standing.blocked_by}"
    return "not graded yet" if standing.mark is Mark.BEGUN and not standing.attempts else ""


def _state(standing: Standing) -> str:
    """How the next exercise stands, in a sentence."""
    if standing.missing:
        return "Its file is missing: `grade reset` puts the stub there."
    if standing.mark is Mark.NOT_STARTED:
        return ""
    if standing.changed:
        return "Changed since it was graded."
    last = standing.last
    if last is None:
        return "Begun, and not graded yet."
    return f"{points_text(last.earned)} of {points_text(last.points)} points so far."


def _mark_of(status: Status) -> Mark:
    return {Status.PASSED: Mark.PASSED, Status.BLOCKED: Mark.BLOCKED, Status.NOT_STARTED: Mark.NOT_STARTED}.get(
        status, Mark.BEGUN
    )


def _mark(mark: Mark, charset: Charset) -> str:
    return {
        Mark.PASSED: charset.passed,
        Mark.BEGUN: charset.failed,
        Mark.BLOCKED: charset.blocked,
        Mark.NOT_STARTED: charset.not_started,
    }[mark]


def _bar(done: int, total: int, width: int, charset: Charset) -> str:
    full, empty = ("#", ".") if charset.ascii else ("█", "░")
    filled = width * done // max(total, 1)
    return full * filled + empty * (width - filled)


def _wrapped(text: str, width: int, style: str) -> list[Line]:
    return [(Span(row, style),) for row in wrap(text, width)]
