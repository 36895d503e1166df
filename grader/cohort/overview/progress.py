"""How a class came on from run to run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from grader.cohort.gradebook import Gradebook


class RunCount(msgspec.Struct, frozen=True):
    """A run, and how the class stood after it.

    Attributes:
        ended: empty where it goes on, or was killed.
        graded: how many exercises of hand-ins.
        faults: how many of them could not be.
        learners: of how many learners.
        earned, points: what these earned, and could have.
        share: of all points that could be earned in what was graded until then, how much had been, by what each
            learner handed in last.
    """

    id: int
    started: str
    ended: str
    command: str
    isolation: str
    graded: int
    faults: int
    learners: int
    earned: float
    points: float
    share: float


def runs_of(
    book: Gradebook, order: Mapping[tuple[int, str], tuple[str, int, int]], exercises: set[str]
) -> tuple[RunCount, ...]:
    """All runs, the oldest first.

    Args:
        book: the gradebook.
        order: which content of a learner's came later.
        exercises: those that are counted.
    """
    graded = {row["run"]: row for row in book.query(_GRADED, msgspec.json.encode(sorted(exercises)).decode())}
    shares = dict(_shares(book, order, exercises))
    found, share = [], 0.0
    for run in book.runs():
        share = shares.get(run.id, share)
        counts = dict(graded[run.id]) if run.id in graded else {}
        counts.pop("run", None)
        about = {name: getattr(run, name) for name in ("id", "started", "ended", "command", "isolation")}
        nothing = {"graded": 0, "faults": 0, "learners": 0, "earned": 0.0, "points": 0.0}
        found.append(msgspec.convert({**nothing, **about, **counts, "share": share}, RunCount, strict=False))
    return tuple(found)


_GRADED = """
    SELECT run, count(*) AS graded, sum(state = 'fault') AS faults, count(DISTINCT learner) AS learners,
           sum(earned) AS earned, sum(points) AS points
    FROM grading WHERE state <> 'open' AND exercise IN (SELECT value FROM json_each(?)) GROUP BY run
"""


def _shares(
    book: Gradebook, order: Mapping[tuple[int, str], tuple[str, int, int]], exercises: set[str]
) -> Iterator[tuple[int, float]]:
    """(run, share) after each run that graded something."""
    words = """
        SELECT run, learner, content, exercise, earned, points FROM grading WHERE state = 'done' AND counts
        ORDER BY run, id
    """
    best: dict[tuple[int, str], tuple[tuple[str, int, int], float, float]] = {}
    earned = points = 0.0
    last: int | None = None
    for run, learner, content, exercise, own, possible in book.query(words):
        if exercise not in exercises:
            continue
        if last is not None and run != last and points:
            yield last, earned / points
        last = run
        rank = order.get((learner, content), ("", 0, 0))
        before = best.get((learner, exercise))
        if before is not None and before[0] > rank:
            continue
        if before is not None:
            earned, points = earned - before[1], points - before[2]
        best[learner, exercise] = (rank, own, possible)
        earned, points = earned + own, points + possible
    if last is not None and points:
        yield last, earned / points
