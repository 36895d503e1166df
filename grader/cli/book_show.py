"""`grade book show LEARNER`: all that a gradebook knows of one learner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from grader.cli.book_options import Opened, with_book
from grader.cli.output import console, printing

if TYPE_CHECKING:
    from grader.cohort.grades import ExerciseGrade, Grade
    from grader.cohort.records import HandInRow, LearnerRow
    from grader.reports.lines import Charset, Line
    from grader.reports.model import CheckResult

_TEXT_WIDTH = 100


@click.command("show")
@click.argument("learner")
@with_book
def show_learner(opened: Opened, learner: str) -> None:
    """Show a learner: hand-ins, scores and what the policies did, exercises, failed checks and what was misunderstood.

    LEARNER is a number, a login, an address, or a part of the name.
    """
    from grader.cohort.people import find_learner
    from grader.reports.terminal import print_lines

    found = find_learner(opened.grades.learners, learner)
    with printing():
        print_lines(lambda width, charset: list(_Shown(opened, found, width, charset).lines()), console())


class _Shown:
    """A learner, laid out."""

    def __init__(self, opened: Opened, learner: LearnerRow, width: int, charset: Charset) -> None:
        self.opened, self.learner, self.charset = opened, learner, charset
        self.width = max(min(width, _TEXT_WIDTH), 40)

    def lines(self) -> Iterator[Line]:
        from grader.cohort.people import described

        grades = self.opened.grades
        yield from self.text(described(self.learner), 0, "heading")
        about = ["" if self.learner.enrolled else "not on the roster", self.learner.section]
        yield from self.text(f" {self.charset.dot} ".join(text for text in about if text), 0, "faint")
        mine = grades.of_learner[self.learner.id]
        yield ()
        yield from self.text("hand-ins" if mine else "nothing handed in", 0, "heading")
        counting: dict[int, list[str]] = defaultdict(list)
        for grade in grades.grades[self.learner.id]:
            counting[grade.hand_in].append(grade.unit)
        for hand_in in mine:
            yield from self.hand_in(hand_in, counting[hand_in.id])
        for grade in grades.grades[self.learner.id]:
            yield ()
            yield from self.unit(grade)
        if len(grades.units) > 1:
            from grader.cohort.exports.class_grades import number

            total, maximum = grades.total(self.learner)
            yield ()
            yield from self.text(f"total: {number(total)} of {number(maximum)}", 0, "total")

    def hand_in(self, hand_in: HandInRow, units: list[str]) -> Iterator[Line]:
        from grader.cohort.due import parsed, shown

        zone = self.opened.grades.policies.of(units[0]).zone if units else self.opened.grades.policies.other.zone
        when = parsed(hand_in.time)
        parts = [
            shown(when, zone) if when else "time not known",
            f"attempt {hand_in.attempt}",
            "marked late" if hand_in.marked_late else "",
            hand_in.source,
        ]
        yield from self.text(f" {self.charset.dot} ".join(part for part in parts if part), 2)
        for said in (hand_in.fault, *hand_in.notes):
            if said:
                yield from self.text(said, 4, "note")

    def unit(self, grade: Grade) -> Iterator[Line]:
        from grader.cohort.exports.in_words import grade_lines

        head, *rest = grade_lines(grade, self.opened.grades)
        yield from self.text(head, 0, "heading")
        for line in rest:
            yield from self.text(line.strip(), 2, "faint" if not line.startswith("  note") else "note")
        for exercise in grade.exercises:
            if exercise.grading:
                yield from self.exercise(exercise)

    def exercise(self, exercise: ExerciseGrade) -> Iterator[Line]:
        from grader.cohort.exports.in_words import exercise_line
        from grader.reports.model import Verdict

        style = {"passed": "passed", "not started": "idle", "blocked": "blocked"}.get(exercise.status, "failed")
        yield from self.text(exercise_line(exercise).strip(), 2, "fault" if exercise.fault else style)
        if exercise.fault:
            (row,) = self.opened.book.query("SELECT fault FROM grading WHERE id = ?", exercise.grading)
            yield from self.text(row["fault"], 4, "fault")
        for check in self.opened.book.checks_of(exercise.grading):
            calm = check.verdict in (Verdict.PASSED, Verdict.NOT_STARTED, Verdict.BLOCKED) or check.is_more
            if not calm:
                yield from self.check(check)

    def check(self, check: CheckResult) -> Iterator[Line]:
        """A failed check: its demand, what is wrong, what was misunderstood, and where."""
        yield from self.text(f"{self.charset.failed} {check.demand or check.name}", 4)
        if check.failure is None:
            return
        yield from self.text(check.failure.headline, 6, "failed")
        for finding in check.failure.findings:
            name = f"{finding.name}: " if finding.name else ""
            yield from self.text(f"{name}{finding.text}", 6)
        if check.failure.location:
            yield from self.text(check.failure.location, 6, "faint")

    def text(self, text: str, by: int, style: str = "") -> list[Line]:
        """Text in lines; no more of it than a screen holds, whatever a submission has put there."""
        from grader.reports.lines import Span, clip, indented, wrap

        shown = wrap(self.charset.clean(text, multiline=True), self.width - by) if text else []
        return indented([(Span(line, style),) for line in clip(shown, 12, self.charset)], by)
