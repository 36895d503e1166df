"""`grade book list`: a line a learner, with raw and final scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from grader.cli.book_options import Opened, with_book
from grader.cli.output import console, printing

if TYPE_CHECKING:
    from grader.cohort.exports.class_grades import ClassGrades
    from grader.cohort.grades import Grade
    from grader.reports.lines import Charset, Line

_MOST_NAME = 32  # cells


@click.command("list")
@with_book
def list_class(opened: Opened) -> None:
    """List the class: each learner's final score in each unit, with the raw one where it is another."""
    from grader.reports.terminal import print_lines

    with printing():
        print_lines(lambda _, charset: class_lines(opened.grades, charset), console())


def class_lines(grades: ClassGrades, charset: Charset) -> list[Line]:
    """The class as a table; what a score is of stands in the last line."""
    from grader.cohort.exports.class_grades import number
    from grader.cohort.grades import State
    from grader.reports.lines import Span, cell_width, crop

    rows = [("number", "name", *grades.units, "total")]
    styles = ["heading"]
    for learner in grades.learners:
        name = crop(charset.clean(learner.shown), _MOST_NAME, charset)
        scores = [_score(grade, charset) for grade in grades.grades[learner.id]]
        state = grades.state(learner)
        whole = number(grades.total(learner)[0]) if state is State.GRADED else charset.not_started
        rows.append((crop(charset.clean(learner.number or learner.key), 20, charset), name, *scores, whole))
        styles.append({State.FAULT: "fault", State.OPEN: "blocked", State.NOTHING: "idle"}.get(state, ""))
    if grades.learners:
        first = max(grades.learners, key=lambda learner: grades.total(learner)[1])
        maxima = [number(grade.maximum) for grade in grades.grades[first.id]]
        rows.append(("", "of", *maxima, number(grades.total(first)[1])))
        styles.append("faint")
    widths = [max(map(cell_width, column)) for column in zip(*rows, strict=True)]
    lines: list[Line] = []
    for row, style in zip(rows, styles, strict=True):
        cells = []
        for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
            room = " " * (width - cell_width(cell))
            cells.append(cell + room if place < 2 else room + cell)
        lines.append((Span("  ".join(cells), style),))
    states = {grade.state for of_learner in grades.grades.values() for grade in of_learner}
    marks = {
        State.NOTHING: f"{charset.not_started} nothing handed in",
        State.FAULT: "fault: could not be graded, and `grade book show` says why",
        State.OPEN: "open: not graded yet",
    }
    legend = [mark for state, mark in marks.items() if state in states]
    return [*lines, *(((), (Span("; ".join(legend), "faint"),)) if legend else ())]


def _score(grade: Grade, charset: Charset) -> str:
    """``9.5``, or ``10 -> 9.5`` where the policies have changed it."""
    from grader.cohort.exports.class_grades import number
    from grader.cohort.grades import State

    if grade.state is State.NOTHING:
        return charset.not_started
    if grade.state is not State.GRADED:
        return "fault" if grade.state is State.FAULT else "open"
    raw, final = number(grade.raw), number(grade.final)
    arrow = "->" if charset.ascii else "→"
    return final if raw == final else f"{raw} {arrow} {final}"
