"""Moodle: grades and comments are filled into the grading worksheet that an assignment gives."""

from __future__ import annotations

import html
import re
from pathlib import Path

from grader.cohort.exports.class_grades import ClassGrades
from grader.cohort.exports.filling import Filled, Scores, about_lines, about_maximum, match
from grader.cohort.exports.foreign_table import ForeignTable
from grader.cohort.exports.in_words import grade_lines
from grader.cohort.people import listed, numbers_of
from grader.cohort.records import LearnerRow
from grader.errors import UsageError
from grader.names import printable
from grader.reports.text import sanitize

_OURS = "<p>gradlings:"  # what we write begins with it, so that the next time it is replaced, and nothing else
_NUMBER = re.compile(r"(\d+)\s*$")


def fill_moodle(path: Path, grades: ClassGrades, *, zeros: bool = False) -> Filled:
    """Fill a grading worksheet in; all else stays as it is, byte for byte.

    A comment that somebody has written stays, and ours is put after it. Where Moodle says that a grade cannot be
    changed, neither grade nor comment is.

    Args:
        path: the worksheet.
        grades: the sum of whose units is the grade.
        zeros: whether who has handed in nothing gets 0.

    Raises:
        UsageError: the file is no such worksheet.
    """
    sheet = _Worksheet(path)
    matched = match(sheet.lines(), (numbers_of, numbers_of, _emails), grades.learners)
    scores = Scores(grades, zeros=zeros)
    locked: list[LearnerRow] = []
    too_many: list[LearnerRow] = []
    maxima: dict[str, None] = {}
    for line, learner in matched.learners.items():
        if sheet.cell(line, "grade can be changed").casefold() == "no":
            locked.append(learner)
        elif score := scores.of(learner):
            maximum = sheet.cell(line, "maximum grade")
            maxima[maximum] = None
            if _is_more(score, maximum):
                too_many.append(learner)
            sheet.put(line, "grade", score)
            sheet.put(line, "feedback comments", _comment(sheet.cell(line, "feedback comments"), grades, learner))
    notes = scores.notes()
    if locked:
        notes.append(f"Moodle says that their grade cannot be changed, and it is left: {listed(locked)}.")
    if too_many:
        notes.append(f"More than Moodle's maximum, which it will refuse: {listed(too_many)}.")
    if "feedback comments" not in sheet.places:
        notes.append(f"{path.name} has no column for comments: switch Feedback comments on in the assignment.")
    notes += about_lines(matched, sheet.shown, path.name, grades)
    for maximum in maxima:
        notes += about_maximum(grades, maximum, "Moodle's maximum")
    return Filled(sheet.table.to_bytes(), scores.given, tuple(notes))


class _Worksheet:
    """A grading worksheet, by the names of its columns."""

    def __init__(self, path: Path) -> None:
        self.table = ForeignTable(path)
        head = self.table.texts(0) if self.table.rows else []
        self.places = {name.strip().casefold(): place for place, name in reversed(list(enumerate(head)))}
        for name in ("Identifier", "Grade"):
            if name.casefold() not in self.places:
                there = ", ".join(printable(name, 30) for name in head[:16]) or "nothing"
                raise UsageError(
                    f"{path} is no grading worksheet of Moodle's: it has no column {name}. It has {there}. Download it "
                    "with Moodle's language set to English: Moodle takes it back in the language that it was given in."
                )

    def lines(self) -> dict[int, list[str]]:
        """What each line says of a learner."""
        return {
            line: [
                _number(self.cell(line, "identifier")),
                self.cell(line, "id number"),
                self.cell(line, "email address"),
            ]
            for line in range(1, len(self.table.rows))
            if self.cell(line, "identifier")
        }

    def cell(self, line: int, name: str) -> str:
        return self.table.text(line, self.places[name]).strip() if name in self.places else ""

    def put(self, line: int, name: str, text: str) -> None:
        if name in self.places:
            self.table.put(line, self.places[name], text)

    def shown(self, line: int) -> str:
        name, identifier = self.cell(line, "full name"), self.cell(line, "identifier")
        return printable(f"{name} ({identifier})" if name else identifier, 60)


def _number(identifier: str) -> str:
    """Of ``Participant 1234567`` the number; the word before it is in the site's language."""
    found = _NUMBER.search(identifier)
    return found[1] if found else ""


def _emails(learner: LearnerRow) -> tuple[str, ...]:
    return (learner.email,)


def _is_more(score: str, maximum: str) -> bool:
    try:
        return float(score) > float(maximum.replace(",", "."))
    except ValueError:
        return False


def _comment(before: str, grades: ClassGrades, learner: LearnerRow) -> str:
    """What stood there, and after it our lines as HTML, on one line of the file."""
    theirs = before.partition(_OURS)[0].rstrip()
    lines = [line for grade in grades.grades[learner.id] for line in grade_lines(grade, grades)]
    return f"{theirs}{_OURS} " + "<br>".join(html.escape(sanitize(line.strip())) for line in lines) + "</p>"
