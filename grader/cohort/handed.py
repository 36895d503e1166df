"""What a class has handed in and what of it was graded, as it is looked up; in which order, and how late."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from grader.cohort.due import days_after, days_late, parsed
from grader.cohort.gradebook import Gradebook
from grader.cohort.policies import UnitPolicy
from grader.cohort.records import GradingRow, HandInRow


class Handed(msgspec.Struct, frozen=True):
    """What a class has handed in, as it is looked up.

    Attributes:
        hand_ins: by learner.
        gradings: by learner and content, then by exercise.
        absent: the gradings for which nothing was there: every check found its file missing.
        worth: points and bonus points of each exercise that was ever graded.
        ended: the runs that went to their end.
        looking: whether the last run has not come to its end, so that what it has not come to may still be there.
    """

    hand_ins: Mapping[int, Sequence[HandInRow]]
    gradings: Mapping[tuple[int, str], Mapping[str, GradingRow]]
    absent: frozenset[int]
    worth: Mapping[str, tuple[float, float]]
    ended: frozenset[int]
    looking: bool = False

    @classmethod
    def read(cls, book: Gradebook) -> Handed:
        """Read it from a gradebook."""
        hand_ins: dict[int, list[HandInRow]] = defaultdict(list)
        for hand_in in book.hand_ins():
            hand_ins[hand_in.learner].append(hand_in)
        gradings: dict[tuple[int, str], dict[str, GradingRow]] = defaultdict(dict)
        worth: dict[str, tuple[float, float]] = {}
        for grading in book.standing():  # the oldest first
            gradings[grading.learner, grading.content][grading.exercise] = grading
            if is_done(grading):
                worth[grading.exercise] = (grading.points, grading.bonus_points)
        absent = book.query("SELECT grading FROM result GROUP BY grading HAVING min(verdict = 'missing') = 1")
        runs = book.runs()
        return cls(
            hand_ins,
            gradings,
            absent=frozenset(row[0] for row in absent),
            worth=worth,
            ended=frozenset(run.id for run in runs if run.ended),
            looking=bool(runs) and not runs[-1].ended,
        )


class Late(msgspec.Struct, frozen=True):
    """How late a hand-in is, and what is to be said of that."""

    seconds: int = 0
    days: int = 0
    said: str = ""


def lateness(hand_in: HandInRow, due: datetime.datetime | None, policy: UnitPolicy) -> Late:
    """How late a hand-in is: by the platform's time, else by its mark; never by a file's time."""
    when = parsed(hand_in.time)
    if when is None or due is None:
        if not hand_in.marked_late:
            return Late(said="" if when else "its time is not known: it counts as on time" if due else "")
        unknown = "its time is not known" if when is None else "the policies have no due date"
        if due is not None and policy.due is not None and due >= days_after(policy.due, 1, policy.zone):
            return Late(said=f"the platform marks it late, and {unknown}: with the extension it counts as on time")
        return Late(0, 1, f"the platform marks it late, and {unknown}: it counts as one day late")
    seconds = max(0, int((when - due).total_seconds()))
    return Late(seconds, days_late(when, due, policy.zone, policy.grace))


def in_order(hand_ins: Sequence[HandInRow]) -> list[HandInRow]:
    """The oldest first: by time where all have one, else by attempt."""
    if all(hand_in.time for hand_in in hand_ins):
        return sorted(hand_ins, key=lambda hand_in: (parsed(hand_in.time), hand_in.attempt, hand_in.id))
    return sorted(hand_ins, key=lambda hand_in: (hand_in.attempt, hand_in.id))


def is_done(grading: GradingRow) -> bool:
    """Whether the grader has come to the end of an exercise, and did not fail on the way."""
    return grading.state == "done" and grading.status != "grader fault"
