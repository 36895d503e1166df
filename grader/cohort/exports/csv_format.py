"""The grades as CSV: a row a learner, or a row a check. Opened in a spreadsheet, no cell of it is a formula."""

from __future__ import annotations

import csv
import functools
import io
import sqlite3
from collections.abc import Iterable, Iterator

from grader.cohort.exports.class_grades import ClassGrades, number
from grader.cohort.gradebook import Gradebook
from grader.cohort.grades import Grade, State
from grader.cohort.records import LearnerRow
from grader.reports.model import Verdict
from grader.reports.text import sanitize

# Spreadsheets compute a cell that begins with one of these, in wide letters too. The apostrophe says that it is text.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_LONGEST = 30_000  # characters: a cell of Excel's holds 32,767
_IDENTITY = ("number", "name", "login", "email", "section", "enrolled")
_OF_UNIT = ("raw", "points", "bonus", "final", "maximum", "days late", "state")
_KNOWN = (State.GRADED, State.NOTHING)  # of other states no score is one

Cell = str | float | int


def to_csv(grades: ClassGrades) -> bytes:
    """A row a learner: who it is, each unit's raw and final score, the total, and what is missing.

    Returns:
        UTF-8 with the mark by which spreadsheets know it, lines as RFC 4180 has them.
    """
    head = [*_IDENTITY, *(f"{unit} {name}" for unit in grades.units for name in _OF_UNIT), "total", "maximum", "notes"]
    return _table(head, (_cells(_learner(grades, learner)) for learner in grades.learners))


def to_long_csv(book: Gradebook, grades: ClassGrades) -> bytes:
    """A row a check of the hand-ins that count."""
    head = (
        *_IDENTITY, "unit", "exercise", "check", "demand", "verdict", "points", "earned", "bonus", "seconds",
        "waits for", "headline", "misconceptions", "findings", "handed in", "source", "grading",
    )  # fmt: skip
    return _table(head, _checks(book, grades))


def _learner(grades: ClassGrades, learner: LearnerRow) -> Iterator[Cell]:
    yield from _identity(learner)
    notes: list[str] = []
    for grade in grades.grades[learner.id]:
        yield from _unit(grade)
        notes += [f"{grade.unit}: {said}" for said in grade.missing]
    total, maximum = grades.total(learner)
    yield total if grades.state(learner) in _KNOWN else ""
    yield maximum
    yield " ".join(notes)


def _unit(grade: Grade) -> Iterator[Cell]:
    """What is not known has an empty cell, and no zero."""
    known = grade.state in _KNOWN
    yield grade.raw if known else ""
    yield grade.points
    yield grade.bonus if known else ""
    yield grade.final if known else ""
    yield grade.maximum
    yield grade.late_days
    yield grade.state.value


def _checks(book: Gradebook, grades: ClassGrades) -> Iterator[list[str]]:
    rows = book.query(
        "SELECT grading, name, demand, verdict, points, bonus, seconds, waits_for, headline, "
        "(SELECT group_concat(name, '; ') FROM finding WHERE result = result.id AND kind = 'misconception') AS names, "
        "(SELECT group_concat(text, char(10)) FROM finding WHERE result = result.id) AS texts "
        "FROM result ORDER BY grading, place"
    )
    by_grading: dict[int, list[sqlite3.Row]] = {}
    for row in rows:
        by_grading.setdefault(row["grading"], []).append(row)
    for learner in grades.learners:
        who = _cells(_identity(learner))
        for grade in grades.grades[learner.id]:
            hand_in = grades.hand_ins.get(grade.hand_in)
            came = _cells((hand_in.time, hand_in.source)) if hand_in else []
            for exercise in grade.exercises:
                before = [*who, *_cells((grade.unit, exercise.exercise))]
                behind = [*came, str(exercise.grading)]
                for check in by_grading.get(exercise.grading, ()):
                    yield [*before, *_cells(_check(check)), *behind]


def _check(row: sqlite3.Row) -> Iterator[Cell]:
    _, name, demand, verdict, points, bonus, seconds, waits_for, headline, names, texts = row
    earned = points if verdict == Verdict.PASSED.value else 0
    yield from (name, demand, verdict, points, earned, bonus, seconds, waits_for, headline, names or "", texts or "")


def _identity(learner: LearnerRow) -> Iterator[Cell]:
    yield from (learner.number or learner.key, learner.shown, learner.login, learner.email, learner.section)
    yield int(learner.enrolled)


def _table(head: Iterable[str], rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_cells(head))
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _cells(values: Iterable[Cell]) -> list[str]:
    """Cells as they are written. Numbers stay numbers; text that would be computed gets an apostrophe."""
    return [_text(value) if isinstance(value, str) else number(value) for value in values]


@functools.lru_cache(maxsize=10_000)  # the same names and demands stand in many rows
def _text(value: str) -> str:
    shown = sanitize(value[:_LONGEST], multiline=True)
    return f"'{shown}" if value.startswith(_FORMULA) or shown.lstrip().startswith(_FORMULA) else shown
