"""The grades as CSV: a row a learner, or a row a check. Opened in a spreadsheet, no cell of it is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

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

Cell = str | float | int


def to_csv(grades: ClassGrades) -> bytes:
    """A row a learner: who it is, each unit's raw and final score, the total, and what is missing.

    Returns:
        UTF-8 with the mark by which spreadsheets know it, lines as RFC 4180 has them.
    """
    head = [*_IDENTITY, *(f"{unit} {name}" for unit in grades.units for name in _OF_UNIT), "total", "maximum", "notes"]
    return _table(head, (_learner(grades, learner) for learner in grades.learners))


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
    yield from grades.total(learner)
    yield " ".join(notes)


def _unit(grade: Grade) -> Iterator[Cell]:
    """What is not known has an empty cell, and no zero."""
    known = grade.state in (State.GRADED, State.NOTHING)
    yield grade.raw if known else ""
    yield grade.points
    yield grade.bonus if known else ""
    yield grade.final if known else ""
    yield grade.maximum
    yield grade.late_days
    yield grade.state.value


def _checks(book: Gradebook, grades: ClassGrades) -> Iterator[Iterator[Cell]]:
    rows = book.query(
        "SELECT grading, name, demand, verdict, points, bonus, seconds, waits_for, headline, "
        "(SELECT group_concat(name, '; ') FROM finding WHERE result = result.id AND kind = 'misconception') AS names, "
        "(SELECT group_concat(text, char(10)) FROM finding WHERE result = result.id) AS texts "
        "FROM result ORDER BY grading, place"
    )
    by_grading: dict[int, list[Sequence[Cell]]] = {}
    for row in rows:
        by_grading.setdefault(row["grading"], []).append(tuple(row))
    for learner in grades.learners:
        for grade in grades.grades[learner.id]:
            for exercise in grade.exercises:
                for check in by_grading.get(exercise.grading, ()):
                    yield _check(grades, learner, grade, exercise.exercise, check)


def _check(
    grades: ClassGrades, learner: LearnerRow, grade: Grade, exercise: str, check: Sequence[Cell]
) -> Iterator[Cell]:
    grading, name, demand, verdict, points, bonus, seconds, waits_for, headline, names, texts = check
    hand_in = grades.hand_ins[grade.hand_in]
    yield from _identity(learner)
    yield from (grade.unit, exercise, name, demand, verdict, points)
    yield points if verdict == Verdict.PASSED.value else 0
    yield from (bonus, round(float(seconds), 4), waits_for, headline, names or "", texts or "")
    yield from (hand_in.time, hand_in.source, grading)


def _identity(learner: LearnerRow) -> Iterator[Cell]:
    yield from (learner.number or learner.key, learner.shown, learner.login, learner.email, learner.section)
    yield int(learner.enrolled)


def _table(head: Iterable[str], rows: Iterable[Iterable[Cell]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in head])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _cell(value: Cell) -> str:
    """Numbers stay numbers; text that would be computed gets an apostrophe."""
    if not isinstance(value, str):
        return number(value)
    shown = sanitize(value[:_LONGEST], multiline=True)
    return f"'{shown}" if value.startswith(_FORMULA) or shown.lstrip().startswith(_FORMULA) else shown
