"""Learners as an overview names them, who handed in nothing, and what could not be graded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Self

import msgspec

from grader.cohort.gradebook import Gradebook
from grader.cohort.overview.examples import anonymous
from grader.cohort.records import GradingRow, HandInRow, LearnerRow
from grader.reports.model import Status
from grader.reports.text_page import in_short

_LONGEST = 400  # characters of a reason
_TRACEBACK = "Traceback (most recent call last)"


class Person(msgspec.Struct, frozen=True):
    """A learner: by name where names are shown, by a number where they are not.

    Attributes:
        source: where a hand-in came from, which mostly holds the name.
    """

    id: int
    name: str
    source: str = ""

    @classmethod
    def of(cls, learner: LearnerRow, source: str = "") -> Self:
        """A learner of the gradebook."""
        return cls(learner.id, learner.shown, source)


class Trouble(msgspec.Struct, frozen=True):
    """Something that could not be graded, and for whom.

    Attributes:
        what: the exercise; empty where it is the whole hand-in.
        why: the reason.
    """

    what: str
    why: str
    people: tuple[Person, ...]


def troubles_of(
    book: Gradebook, rows: Sequence[GradingRow], people: Mapping[int, LearnerRow], hand_ins: Sequence[HandInRow]
) -> tuple[tuple[Person, ...], tuple[Trouble, ...]]:
    """Who handed in nothing, and what could not be graded, that of most learners first."""
    somebody = {row.learner for row in hand_ins}
    absent = tuple(Person.of(row) for key, row in people.items() if key not in somebody)
    groups: dict[tuple[str, str], list[Person]] = defaultdict(list)
    for one in _unread(hand_ins):
        learner = people[one.learner]
        groups["", _short(one.fault, learner)].append(Person.of(learner, one.source))
    sources = sources_of(hand_ins)
    reasons = _reasons(book)
    for row in rows:
        if row.state == "fault" or row.status == Status.GRADER_FAULT:
            learner = people[row.learner]
            why = row.fault or reasons.get(row.id, "No check ran.")
            source = sources.get((row.learner, row.content), "")
            groups[row.exercise, _short(why, learner)].append(Person.of(learner, source))
    troubles = [Trouble(what, why, tuple(those)) for (what, why), those in groups.items()]
    return absent, tuple(sorted(troubles, key=lambda trouble: (-len(trouble.people), trouble.what, trouble.why)))


def sources_of(hand_ins: Iterable[HandInRow]) -> dict[tuple[int, str], str]:
    """Where each content of a learner's came from."""
    return {(row.learner, row.content): row.source for row in hand_ins}


def _unread(hand_ins: Iterable[HandInRow]) -> list[HandInRow]:
    """The latest hand-in of each learner, where nothing of it could be graded."""
    latest: dict[int, HandInRow] = {}
    for row in hand_ins:
        known = latest.get(row.learner)
        if known is None or (row.time, row.attempt, row.id) > (known.time, known.attempt, known.id):
            latest[row.learner] = row
    return [row for row in latest.values() if row.fault or not row.content]


def _reasons(book: Gradebook) -> dict[int, str]:
    words = "SELECT grading, headline FROM result WHERE verdict = 'grader fault' ORDER BY place DESC"
    rows = book.query(words)  # of each grading the first comes last
    return {row["grading"]: row["headline"] for row in rows}


def _short(why: str, learner: LearnerRow) -> str:
    said = in_short(why)
    said = said.rstrip().splitlines()[-1] if said.startswith(_TRACEBACK) else said
    return anonymous(said, learner)[:_LONGEST] or "Nothing could be read."
