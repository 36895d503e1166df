"""Who moves by a run, by how much, for which check, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from grader.cohort.gradebook import Gradebook
from grader.cohort.records import GradingRow, LearnerRow
from grader.reports.model import CheckResult


class MovedCheck(msgspec.Struct, frozen=True):
    """A check that ends otherwise than before; an empty verdict where there was none, or is none any more."""

    name: str
    demand: str
    before: str
    after: str
    points_before: float
    points_after: float


class Change(msgspec.Struct, frozen=True):
    """An exercise of a learner that was graded anew, and came out otherwise.

    Attributes:
        learner: whose.
        exercise: its id.
        before: the points that it had.
        after: the points that it has now.
        counts: False where the older ones were better, and stay.
        why: what had changed: the hand-in, the checks, the grader, how it is graded, the seed.
        checks: those that ended otherwise.
    """

    learner: LearnerRow
    exercise: str
    before: float
    after: float
    counts: bool
    why: tuple[str, ...]
    checks: tuple[MovedCheck, ...]


class Changes(msgspec.Struct, frozen=True):
    """What a run changed.

    Attributes:
        run: its number.
        moved: exercises that came out otherwise, by learner.
        same: how many were graded anew, and came out as before.
        new: how many were graded for the first time.
    """

    run: int
    moved: tuple[Change, ...]
    same: int
    new: int


def changes_of(book: Gradebook, run: int) -> Changes:
    """What a run changed, against what stood before it."""
    learners = {learner.id: learner for learner in book.learners()}
    gradings = book.gradings()
    before: dict[tuple[int, str], list[GradingRow]] = {}
    for grading in gradings:
        if grading.state == "done" and grading.run < run:
            before.setdefault((grading.learner, grading.exercise), []).append(grading)
    moved, same, new = [], 0, 0
    for grading in gradings:
        if grading.run != run or grading.state != "done":
            continue
        old = _stood(before.get((grading.learner, grading.exercise), ()), grading)
        if old is None:
            new += 1
            continue
        checks = tuple(_moved(book.checks_of(old.id), book.checks_of(grading.id)))
        if checks or (old.earned, old.points) != (grading.earned, grading.points):
            moved.append(
                Change(
                    learners[grading.learner], grading.exercise, old.earned, grading.earned, grading.counts,
                    tuple(_why(old, grading)), checks,
                )
            )  # fmt: skip
        else:
            same += 1
    moved.sort(key=lambda change: (change.learner.shown.casefold(), change.learner.key, change.exercise))
    return Changes(run, tuple(moved), same, new)


def _stood(before: Sequence[GradingRow], grading: GradingRow) -> GradingRow | None:
    """What stood for it: of the same content where there is one, else of what was handed in before."""
    counting = [old for old in before if old.counts]
    alike = [old for old in counting if old.content == grading.content]
    return max(alike or counting, key=lambda old: old.id, default=None)


def _why(old: GradingRow, new: GradingRow) -> Iterator[str]:
    if old.content != new.content:
        yield "another hand-in"
    if old.course != new.course:
        yield "the exercise, or one that it builds on, was changed"
    if old.grader != new.grader:
        yield "the grader was changed"
    if old.options != new.options:
        yield "it was graded in another way"
    if old.seed != new.seed:
        yield "other inputs, by another seed"


def _moved(before: Sequence[CheckResult], after: Sequence[CheckResult]) -> Iterator[MovedCheck]:
    old, new = ({check.name: check for check in checks} for checks in (before, after))
    for name in dict.fromkeys((*old, *new)):
        one, other = old.get(name), new.get(name)
        if one is None or other is None or (one.verdict, one.points) != (other.verdict, other.points):
            told = other or one
            assert told is not None
            yield MovedCheck(
                name, told.demand, one.verdict.value if one else "", other.verdict.value if other else "",
                one.earned if one else 0.0, other.earned if other else 0.0,
            )  # fmt: skip
