"""What stands in a gradebook, as whoever reads it gets it."""

from __future__ import annotations

import msgspec


class LearnerRow(msgspec.Struct, frozen=True):
    """A learner.

    Attributes:
        id: the number in the gradebook.
        key: who it is: the platform's number, else the roster's, else the name.
        enrolled: whether the roster has them.
    """

    id: int
    key: str
    name: str
    number: str
    login: str
    email: str
    section: str
    enrolled: bool

    @property
    def shown(self) -> str:
        """The name, or what there is in its place."""
        return self.name or self.login or self.email or self.number or self.key


class HandInRow(msgspec.Struct, frozen=True):
    """Something that a learner has handed in.

    Attributes:
        learner: whose, by number.
        source: where it came from.
        content: SHA-256 of what was read; empty where nothing was.
        time: when, by the platform, ISO 8601 in UTC; empty where it does not tell.
        marked_late: whether the platform says that it is late.
        attempt: 1 and up.
        fault: why nothing of it can be graded.
        notes: what was left unread, and why.
        run: the last run that found it.
    """

    id: int
    learner: int
    source: str
    content: str
    time: str
    marked_late: bool
    attempt: int
    fault: str
    notes: tuple[str, ...]
    run: int


class GradingRow(msgspec.Struct, frozen=True):
    """An exercise of a content, graded.

    Attributes:
        learner: whose, by number.
        content: of which content.
        exercise: the exercise's id.
        title: what it is called.
        file: the learner's file, as they would type it.
        course: the fingerprint of the exercise.
        grader: the fingerprint of the grader.
        options: the fingerprint of the options.
        seed: ``grade EXERCISE --seed N`` repeats it.
        run: the run that graded it.
        state: ``open`` while it is graded or was broken off, ``done``, or ``fault`` where the grader failed.
        status: of the exercise, see ``reports.model.Status``.
        fault: why it could not be graded.
        counts: False where an older one was better, and was to stay.
    """

    id: int
    learner: int
    content: str
    exercise: str
    title: str
    file: str
    course: str
    grader: str
    options: str
    seed: int
    run: int
    state: str
    status: str
    points: float
    earned: float
    bonus_points: float
    bonus_earned: float
    seconds: float
    blocked_by: str
    notes: tuple[str, ...]
    fault: str
    counts: bool


class RunRow(msgspec.Struct, frozen=True):
    """A run over hand-ins; one without an end goes on, or was killed."""

    id: int
    started: str
    ended: str
    command: str
    seed: int
    options: str
    isolation: str
    environment: str
    course: str
    grader: str
