"""The report as Markdown: a summary for people, for a workflow's page, a comment or a release."""

from __future__ import annotations

import re

from grader.reports.in_text import again_text, check_text, name_of, sum_text, troubles
from grader.reports.lines import UNICODE
from grader.reports.model import CheckResult, ExerciseResult, Report, Status
from grader.reports.text import sanitize
from grader.reports.text_page import (
    bonus_text,
    has_details,
    mark_of,
    points_text,
    same_failure,
    standing_text,
    waiting_by_name,
    waiting_for,
    waiting_text,
)

MOST = 60_000  # characters: GitHub takes 65,536 in a comment
_LONGEST = 6_000  # of one check
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&$])")
_SPECIAL_IN_HTML = re.compile(r"([\\`*_\[\]<>#|~&$@\"])")
_TICKS = re.compile("`+")


def to_markdown(report: Report) -> bytes:
    """Encode a report as Markdown of GitHub's kind: points, a table of exercises, failures with pictures.

    Whatever comes from a submission stands in blocks of code: nothing in it is a link, a mention or HTML. What would
    be too much for a comment is left out, and it is said how much.
    """
    parts = [f"## {_escaped(sum_text(report))}\n"]
    parts += [f"> [!WARNING]\n{_quoted(trouble)}\n" for trouble in troubles(report)]
    if report.exercises:
        parts.append(_table(report))
    room = MOST - sum(map(len, parts)) - 2_000  # for the foot
    left_out = 0
    for exercise in report.exercises:
        for text in _exercise(exercise):
            if len(text) < room:
                parts.append(text)
                room -= len(text)
            else:
                left_out += text.startswith("<details")
    if left_out:
        parts.append(f"{left_out} more that failed {'is' if left_out == 1 else 'are'} in the report.\n")
    parts.append(_foot(report))
    return "\n".join(parts).encode(errors="backslashreplace")


def _table(report: Report) -> str:
    rows = ["| | exercise | points |", "| --- | --- | --- |"]
    for exercise in report.exercises:
        mark = mark_of(exercise.status, UNICODE)
        points = f"{points_text(exercise.earned)}/{points_text(exercise.points)}{bonus_text(exercise)}"
        told = standing_text(exercise, UNICODE)
        said = _escaped(points if told.startswith(points) else f"{points}, {told}")
        rows.append(f"| {mark} | {_code(exercise.exercise)} {_escaped(exercise.title)} | {said} |")
    return "\n".join(rows) + "\n"


def _exercise(exercise: ExerciseResult) -> list[str]:
    """What an exercise's checks say, in pieces: a heading, then one for each failure."""
    groups = [group for group in same_failure(exercise.checks) if has_details(group[0]) and not group[0].is_more]
    if not groups and not exercise.notes:
        return []
    pieces = [f"### {_code(exercise.exercise)} {_escaped(exercise.title)}\n"]
    pieces += [f"{_block(sanitize(note, multiline=True))}\n" for note in exercise.notes]
    waiting = waiting_by_name(exercise.checks)
    for group in groups:
        waits = waiting_text(waiting_for(group, waiting))
        pieces.append(_failure(exercise, group, f"\n{_escaped(waits)}.\n" if waits else ""))
    pictured = [check for check in exercise.checks if not has_details(check)]
    pieces += [_pictures(exercise, check) for check in pictured if check.curves or check.maps or check.pictures]
    return pieces


def _failure(exercise: ExerciseResult, group: list[CheckResult], waits: str) -> str:
    """Checks that failed for one reason, and the reason."""
    is_open = " open" if exercise.status is Status.FAILED else ""
    demands = "; ".join(
        f"<b>{_html(name_of(check))}</b> {points_text(check.earned)}/{points_text(check.points)}" for check in group[:5]
    )
    more = f"; and {len(group) - 5} more" if len(group) > 5 else ""
    text = check_text(exercise, group[0])
    return f"<details{is_open}><summary>✗ {demands}{more}</summary>\n\n{_block(text)}\n{waits}\n</details>\n"


def _pictures(exercise: ExerciseResult, check: CheckResult) -> str:
    name = f"<b>{_html(name_of(check))}</b>"
    return f"<details><summary>{name}</summary>\n\n{_block(check_text(exercise, check))}\n\n</details>\n"


def _foot(report: Report) -> str:
    """What it takes to repeat and to judge the run."""
    told = [f"isolation {report.isolation.level}", f"gradlings {report.environment.gradlings}".strip()]
    lines = [_escaped(" · ".join(told))]
    again = again_text(report)
    if again:
        lines.append(f"again with the same inputs: {_code(again)}")
    return f"<sub>{' · '.join(lines)}</sub>\n"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in _block(text).split("\n"))


def _block(text: str) -> str:
    """A block of code, in a fence that nothing in it can end."""
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    fence = "`" * max(3, 1 + max((len(ticks) for ticks in _TICKS.findall(text)), default=0))
    return f"{fence}text\n{text}\n{fence}"


def _code(text: str) -> str:
    """A piece of code in a line; in a table, too."""
    text = sanitize(text).replace("|", "¦")
    fence = "`" * (1 + max((len(ticks) for ticks in _TICKS.findall(text)), default=0))
    return f"{fence}{text}{fence}" if len(fence) == 1 else f"{fence} {text} {fence}"


def _escaped(text: str) -> str:
    """Prose in which nothing is marked up."""
    return _SPECIAL.sub(r"\\\1", sanitize(text))


def _html(text: str) -> str:
    """Prose where HTML is expected, between tags: there Markdown's own marks are read, too."""
    return _SPECIAL_IN_HTML.sub(lambda match: f"&#{ord(match[1])};", sanitize(text))
