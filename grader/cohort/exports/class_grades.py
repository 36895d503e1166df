"""The grades of a class, ready for any export: learners with their units, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from grader.cohort.gradebook import Gradebook
from grader.cohort.grades import Grade, State, grades_of_rows, total
from grader.cohort.handed import Handed
from grader.cohort.policies import Policies
from grader.cohort.records import HandInRow, LearnerRow
from grader.course import Exercise


class ClassGrades(msgspec.Struct, frozen=True):
    """The grades of a class.

    Attributes:
        learners: by name.
        units: in the course's order.
        grades: of each learner by number, in the order of the units.
        hand_ins: by number.
        of_learner: the hand-ins of each learner.
        policies: by which they were made.
    """

    learners: tuple[LearnerRow, ...]
    units: tuple[str, ...]
    grades: Mapping[int, Sequence[Grade]]
    hand_ins: Mapping[int, HandInRow]
    of_learner: Mapping[int, Sequence[HandInRow]]
    policies: Policies

    def total(self, learner: LearnerRow) -> tuple[float, float]:
        """A learner's final score over the units, and the maximum."""
        return total(self.grades[learner.id], self.policies)

    def state(self, learner: LearnerRow) -> State:
        """How far the grades of all units are ones: the worst of them.

        Who has handed in one unit and not another has been graded: the other counts nothing.
        """
        states = {grade.state for grade in self.grades[learner.id]}
        return next((state for state in (State.FAULT, State.OPEN, State.GRADED) if state in states), State.NOTHING)


def class_grades(book: Gradebook, policies: Policies, exercises: Sequence[Exercise]) -> ClassGrades:
    """Grade a class; each table is read once, for a run may be writing."""
    learners, handed = book.learners(), Handed.read(book)
    found: dict[int, list[Grade]] = {learner.id: [] for learner in learners}
    for grade in grades_of_rows(learners, handed, policies, [exercise.id for exercise in exercises]):
        found[grade.learner].append(grade)
    return ClassGrades(
        learners=learners,
        units=tuple(dict.fromkeys(exercise.unit for exercise in exercises)),
        grades=found,
        hand_ins={hand_in.id: hand_in for hand_ins in handed.hand_ins.values() for hand_in in hand_ins},
        of_learner={learner.id: handed.hand_ins.get(learner.id, ()) for learner in learners},
        policies=policies,
    )


def number(value: float) -> str:
    """A score as files have it: ``2``, ``2.5``, ``0.333``; at most four decimals, and always a point."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
