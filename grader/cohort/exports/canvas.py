"""Canvas: one column of the instructor's own gradebook export is filled in, ready to be imported again."""

from __future__ import annotations

import re
from pathlib import Path

from grader.cohort.exports.class_grades import ClassGrades
from grader.cohort.exports.filling import Filled, Scores, about_lines, about_maximum, match
from grader.cohort.exports.foreign_table import ForeignTable
from grader.cohort.people import listed, numbers_of
from grader.cohort.records import LearnerRow
from grader.errors import UsageError
from grader.names import nearest, printable

_ABOUT_LEARNER = {
    "student", "lastname", "firstname", "id", "sis user id", "sis login id", "integration id", "root account",
    "section", "notes",
}  # fmt: skip
_SUMS = re.compile(r"(current|final|override) (score|points|grade|status)\b", re.IGNORECASE)
_TITLE = re.compile(r"(.*?)\s*\((\d+)\)", re.DOTALL)
_EXCUSED = "EX"
_MOST_LISTED = 12


def fill_canvas(path: Path, assignment: str, grades: ClassGrades, *, zeros: bool = False) -> Filled:
    """Fill one column of an export of Canvas's gradebook; all else stays as it is, byte for byte.

    Who is excused (``EX``) stays so, and an empty cell changes nothing in Canvas.

    Args:
        path: the export.
        assignment: the column's name, with or without its number, or the number alone; empty where there is only one.
        grades: the sum of whose units is filled in.
        zeros: whether who has handed in nothing gets 0.

    Raises:
        UsageError: the file is no such export, or has no such column.
    """
    table = ForeignTable(path)
    if not table.rows or not {"student", "id"} & {name.strip().casefold() for name in table.texts(0)}:
        raise UsageError(f"{path} is no export of a Canvas gradebook: its first line has no column Student or ID.")
    head = [name.strip() for name in table.texts(0)]
    possible = _points_possible(table)
    column = _column(table, head, possible, assignment)
    places = {name.casefold(): place for place, name in reversed(list(enumerate(head)))}

    def cell(line: int, name: str) -> str:
        return table.text(line, places[name]).strip() if name in places else ""

    lines = {
        line: [cell(line, "id"), cell(line, "sis user id"), cell(line, "sis login id")]
        for line in range(1, len(table.rows))
        if line != possible and (cell(line, "id") or cell(line, "student"))
    }
    matched = match(lines, (numbers_of, numbers_of, _logins), grades.learners)
    scores, excused = Scores(grades, zeros=zeros), []
    for line, learner in matched.learners.items():
        if table.text(line, column).strip().upper() == _EXCUSED:
            excused.append(learner)
        elif score := scores.of(learner):
            table.put(line, column, score)
    notes = scores.notes()
    if excused:
        notes.append(f"Excused in Canvas, and left so: {listed(excused)}.")
    notes += about_lines(matched, lambda line: _shown(table, line), path.name, grades)
    if possible:
        notes += about_maximum(grades, table.text(possible, column), f"Points Possible of {head[column]}")
    return Filled(table.to_bytes(), scores.given, tuple(notes))


def _logins(learner: LearnerRow) -> tuple[str, ...]:
    return (learner.login, learner.email)


def _points_possible(table: ForeignTable) -> int:
    """The line that says how many points there are; 0 where none does."""
    names = ((line, table.text(line, 0).strip()) for line in range(1, min(len(table.rows), 4)))
    return next((line for line, name in names if name == "Points Possible"), 0)


def _column(table: ForeignTable, head: list[str], possible: int, wanted: str) -> int:
    """The column to fill in."""
    open_ = [
        place
        for place, name in enumerate(head)
        if name
        and name.casefold() not in _ABOUT_LEARNER
        and not _SUMS.search(name)
        and not (possible and "read only" in table.text(possible, place).casefold())
    ]
    if not wanted:
        if len(open_) == 1:
            return open_[0]
        raise UsageError(f"Which column of {table.path} is it? --assignment names it: {_listed(head, open_)}.")
    key = wanted.strip()
    for fits in (_is_it, _is_nearly_it):
        found = [place for place in open_ if fits(key, head[place])]
        if len(found) == 1:
            return found[0]
        if found:
            raise UsageError(f"{printable(wanted, 60)!r} may be any of these columns: {_listed(head, found)}.")
    near = nearest(key, [head[place] for place in open_], 1)
    advice = f"Did you mean {printable(near[0], 80)!r}?" if near else f"It has {_listed(head, open_)}."
    raise UsageError(f"{table.path} has no column {printable(wanted, 60)!r} to fill in. {advice}")


def _is_it(key: str, name: str) -> bool:
    title = _TITLE.fullmatch(name)
    return key == name or (title is not None and key in (title[1], title[2]))


def _is_nearly_it(key: str, name: str) -> bool:
    title = _TITLE.fullmatch(name)
    return key.casefold() in (name.casefold(), title[1].casefold() if title else "")


def _listed(head: list[str], places: list[int]) -> str:
    names = [printable(head[place], 80) for place in places]
    more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
    return "; ".join(names[:_MOST_LISTED]) + more if names else "no column of an assignment at all"


def _shown(table: ForeignTable, line: int) -> str:
    return printable(table.text(line, 0).strip() or f"line {line + 1}", 60)
