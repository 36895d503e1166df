"""A grade in words for whom it is of: what counts, how late it was, and what that cost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from grader.cohort.due import parsed, shown
from grader.cohort.exports.class_grades import ClassGrades, number
from grader.cohort.grades import ExerciseGrade, Grade, State
from grader.cohort.records import HandInRow

_FOLDERS = re.compile(r"(?<![\w./])~?/(?:[^\s/'\"]+/)+")  # /home/ada/handed-in/


def grade_lines(grade: Grade, grades: ClassGrades) -> Iterator[str]:
    """A unit: its score, then, moved in, how it came about. No name is in it, nor any path."""
    zone = grades.policies.of(grade.unit).zone
    hand_in = grades.hand_ins.get(grade.hand_in)
    yield f"{grade.unit}: {_score(grade)}"
    if hand_in is not None and grade.why:
        yield f"  counted: {grade.why}{_when(hand_in, zone)}"
    due = parsed(grade.due)
    if due is not None:
        yield f"  due: {shown(due, zone)}" + (f", {grade.extension}" if grade.extension else "")
    if grade.late_days:
        yield f"  late: {lateness_in_words(grade)}"
    if grade.maximum != grade.points and grade.state is State.GRADED:
        yield f"  scaled: of {number(grade.points)} points to {number(grade.maximum)}"
    for said in grade.missing:
        yield f"  note: {' '.join(without_paths(said, grades.of_learner[grade.learner]).split())}"


def without_paths(text: str, hand_ins: Iterable[HandInRow]) -> str:
    """A sentence without the folders of whoever graded: of paths the last name is left."""
    for source in sorted((hand_in.source.rstrip("/") for hand_in in hand_ins), key=len, reverse=True):
        if "/" in source:
            text = text.replace(source, source.rpartition("/")[2])
    return _FOLDERS.sub("", text)


def exercise_line(exercise: ExerciseGrade) -> str:
    """An exercise: its points and how it stands."""
    bonus = f" + {number(exercise.bonus_earned)} bonus" if exercise.bonus_points else ""
    points = f"{number(exercise.earned)} of {number(exercise.points)}{bonus}"
    status = "could not be graded" if exercise.fault else exercise.status or "not graded"
    return f"  {exercise.exercise}: {points}, {status}"


def lateness_in_words(grade: Grade) -> str:
    """How late, what of it the late days took, and what the rest cost."""
    said = _days(grade.late_days)
    if grade.late_days_used:
        said += f", {_days(grade.late_days_used, 'late day')} used"
    if grade.days_charged and grade.penalty:
        said += f", {_days(grade.days_charged)} charged: {_points(grade.penalty)} off"
    return said


def _score(grade: Grade) -> str:
    if grade.state is State.NOTHING:
        return f"nothing handed in, 0 of {number(grade.maximum)}"
    if grade.state is not State.GRADED:
        return grade.state.value
    bonus = f" + {number(grade.bonus)} of {number(grade.bonus_points)} bonus" if grade.bonus_points else ""
    raw = f"{number(grade.raw)} of {number(grade.points)} points{bonus}"
    final = f"{number(grade.final)} of {number(grade.maximum)}"
    return f"{final} (before policies: {raw})" if final != f"{number(grade.raw)} of {number(grade.points)}" else raw


def _when(hand_in: HandInRow, zone: str) -> str:
    when = parsed(hand_in.time)
    return f", handed in {shown(when, zone)}" if when else ""


def _points(points: float) -> str:
    return "1 point" if points == 1 else f"{number(points)} points"


def _days(count: int, word: str = "day") -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
