"""What a class has done, counted: how many passed what, what was misunderstood, what is missing, and how it grew."""

from __future__ import annotations

import contextlib
import enum
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from statistics import median

import msgspec

from grader.cohort.gradebook import Gradebook
from grader.cohort.overview.clusters import Clusters, clusters_of
from grader.cohort.overview.mistakes import Mistake, Stop, mistakes_of, stops_of
from grader.cohort.overview.people import Person, Trouble, troubles_of
from grader.cohort.overview.progress import RunCount, runs_of
from grader.cohort.records import GradingRow, HandInRow
from grader.course import Course
from grader.errors import UsageError
from grader.names import one_of, printable
from grader.reports.model import Status

Stands = Callable[[Gradebook], Sequence[GradingRow]]  # which grading counts, one for each learner and exercise
BINS = 11  # of a distribution: ten of a tenth of the points each, and all of them
_SLOWEST = 20


class Outcome(enum.StrEnum):
    """What became of an exercise for a learner. Exactly one of these, always."""

    PASSED = "passed"
    FAILED = "failed"
    STOPPED = "crashed or timed out"
    MISSING = "not in the hand-in"  # no check found its file, or what should be in it
    NOT_STARTED = "not started"
    BLOCKED = "blocked"
    FAULT = "could not be graded"
    WAITING = "not graded yet"
    NOTHING = "handed in nothing"


class Spread(msgspec.Struct, frozen=True):
    """How points are distributed.

    Attributes:
        points: what could be earned.
        mean: what was, on average.
        learners: of how many.
        bins: how many learners earned less than a tenth, … less than all, and all.
    """

    points: float
    mean: float
    learners: int
    bins: tuple[int, ...]


class ExerciseCount(msgspec.Struct, frozen=True):
    """An exercise, and what became of it for the class.

    Attributes:
        outcomes: how many learners each outcome has.
        tried: how many have an answer to a check at all.
        median, most: seconds of grading it.
    """

    exercise: str
    title: str
    outcomes: Mapping[Outcome, int]
    tried: int
    spread: Spread
    median: float
    most: float


class UnitCount(msgspec.Struct, frozen=True):
    """A unit and its exercises."""

    unit: str
    title: str
    exercises: tuple[ExerciseCount, ...]
    spread: Spread


class CheckCount(msgspec.Struct, frozen=True):
    """A check, and how many learners passed it, failed it, were stopped in it, and were not asked."""

    exercise: str
    name: str
    demand: str
    points: float
    bonus: bool
    passed: int
    failed: int
    stopped: int
    unasked: int


class Slow(msgspec.Struct, frozen=True):
    """A learner whose hand-in took long."""

    person: Person
    seconds: float
    longest: str  # the exercise that took longest


class Overview(msgspec.Struct, frozen=True):
    """All that is told of a class.

    Attributes:
        title: the course's, where it is known.
        learners: how many there are.
        handed_in: how many have handed in what could be read.
        earned, points: of all that was graded and counts.
        mistakes: the misconceptions that were found, those of most learners first.
        clusters: wrong answers without a name, the largest group first.
        stops: crashes and time-outs.
        absent: who handed in nothing.
        troubles: what could not be graded.
    """

    title: str
    learners: int
    handed_in: int
    earned: float = 0.0
    points: float = 0.0
    units: tuple[UnitCount, ...] = ()
    checks: tuple[CheckCount, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    clusters: Clusters = Clusters()
    stops: tuple[Stop, ...] = ()
    absent: tuple[Person, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    slowest: tuple[Slow, ...] = ()
    runs: tuple[RunCount, ...] = ()


class _Answers(msgspec.Struct, frozen=True):
    """The checks of a grading in short: how many answered anything, were stopped, and found nothing to ask."""

    tried: int
    stopped: int
    missing: int
    all: int


def latest_standing(book: Gradebook) -> tuple[GradingRow, ...]:
    """For each learner and exercise the standing grading of their latest hand-in that has one."""
    when = hand_in_order(book.hand_ins())
    best: dict[tuple[int, str], tuple[tuple[str, int, int], GradingRow]] = {}
    for row in book.standing():
        rank = when.get((row.learner, row.content), ("", 0, 0))
        key = (row.learner, row.exercise)
        if key not in best or rank >= best[key][0]:
            best[key] = (rank, row)
    return tuple(row for _, row in best.values())


def hand_in_order(hand_ins: Iterable[HandInRow]) -> dict[tuple[int, str], tuple[str, int, int]]:
    """For each learner and content what tells which came later: the platform's time, the attempt, the order."""
    order: dict[tuple[int, str], tuple[str, int, int]] = {}
    for row in hand_ins:
        key, rank = (row.learner, row.content), (row.time, row.attempt, row.id)
        order[key] = max(order.get(key, rank), rank)
    return order


def overview_of(
    book: Gradebook, *, units: Sequence[str] = (), course: Course | None = None, stands: Stands = latest_standing
) -> Overview:
    """Count what a gradebook holds, as it is at one moment: a run may write to it meanwhile.

    Args:
        book: the gradebook.
        units: which units to tell of; none at all means all.
        course: gives the order of exercises, and the titles of units.
        stands: which grading counts for a learner and an exercise.

    Raises:
        UsageError: nothing of one of these units has been graded.
    """
    with _one_moment(book):
        rows = _of_units(stands(book), units, course)
        people = {row.id: row for row in book.learners()}
        hand_ins = book.hand_ins()
        ids = msgspec.json.encode([row.id for row in rows]).decode()
        answers = _answers(book, ids)
        order = _order(rows, course)
        readable = {row.learner for row in hand_ins if not row.fault and row.content} | {row.learner for row in rows}
        unread = {row.learner for row in hand_ins} - readable
        runs = book.runs()
        unseen = Outcome.NOTHING if not runs or runs[-1].ended else Outcome.WAITING
        counts = tuple(_exercises(rows, answers, order, len(people), len(readable), len(unread), unseen))
        tried = {count.exercise: count.tried for count in counts}
        absent, troubles = troubles_of(book, rows, people, hand_ins)
        return Overview(
            title=course.title if course is not None else "",
            learners=len(people),
            handed_in=len(readable),
            earned=sum(row.earned for row in rows if row.state == "done"),
            points=sum(row.points for row in rows if row.state == "done"),
            units=tuple(_units(rows, counts, course)),
            checks=tuple(_checks(book, ids, order)),
            mistakes=mistakes_of(book, ids, people, tried),
            clusters=clusters_of(book, ids, people, tried, hand_ins),
            stops=stops_of(book, ids, people, hand_ins),
            absent=absent,
            troubles=troubles,
            slowest=_slowest(rows, {key: Person.of(row) for key, row in people.items()}),
            runs=runs_of(book, hand_in_order(hand_ins), {row.exercise for row in rows}),
        )


@contextlib.contextmanager
def _one_moment(book: Gradebook) -> Iterator[None]:
    """See one state of the gradebook in all queries: what a writer adds meanwhile is not seen."""
    book.query("BEGIN")  # deferred: it keeps nobody from writing
    try:
        yield
    finally:
        book.query("ROLLBACK")


def _of_units(rows: Iterable[GradingRow], units: Sequence[str], course: Course | None) -> list[GradingRow]:
    rows = list(rows)
    known = {row.exercise.partition(".")[0] for row in rows}
    asked = set(units) or known
    of_course = {unit.name for unit in course.units} if course is not None else set()
    for unit in units:
        if unit not in known | of_course:
            there = f"It has {one_of(sorted(known)).replace(' or ', ' and ')}." if known else "It has none yet."
            raise UsageError(f"The gradebook has no unit {printable(unit, 60)!r}. {there}")
    return [row for row in rows if row.exercise.partition(".")[0] in asked]


def _order(rows: Iterable[GradingRow], course: Course | None) -> dict[str, int]:
    """The exercises in the course's order; those that it does not have last."""
    wanted = [exercise.id for exercise in course.exercises] if course is not None else []
    found = {row.exercise for row in rows}
    ordered = [name for name in wanted if name in found]
    return {name: place for place, name in enumerate([*ordered, *sorted(found.difference(ordered))])}


def _answers(book: Gradebook, ids: str) -> dict[int, _Answers]:
    words = """
        SELECT grading,
               sum(verdict NOT IN ('missing', 'not started', 'blocked', 'grader fault')) AS tried,
               sum(verdict IN ('timeout', 'crashed') AND NOT bonus) AS stopped,
               sum(verdict = 'missing') AS missing,
               count(*) AS "all"
        FROM result WHERE grading IN (SELECT value FROM json_each(?)) GROUP BY grading
    """
    return {row["grading"]: msgspec.convert(dict(row), _Answers) for row in book.query(words, ids)}


def _outcome(row: GradingRow, answers: _Answers | None) -> Outcome:
    if row.state == "fault" or row.status == Status.GRADER_FAULT or answers is None:
        return Outcome.FAULT
    if row.status != Status.FAILED:
        return Outcome(row.status)
    if answers.stopped:
        return Outcome.STOPPED
    return Outcome.MISSING if answers.missing == answers.all else Outcome.FAILED


def _exercises(
    rows: Sequence[GradingRow],
    answers: Mapping[int, _Answers],
    order: Mapping[str, int],
    learners: int,
    readable: int,
    unread: int,
    unseen: Outcome,
) -> Iterator[ExerciseCount]:
    by_exercise: dict[str, list[GradingRow]] = defaultdict(list)
    for row in rows:
        by_exercise[row.exercise].append(row)
    for exercise in sorted(by_exercise, key=order.__getitem__):
        those = by_exercise[exercise]
        outcomes = Counter(_outcome(row, answers.get(row.id)) for row in those)
        outcomes[Outcome.FAULT] += unread
        outcomes[Outcome.WAITING] += readable - len(those)
        outcomes[unseen] += learners - readable - unread
        seconds = [row.seconds for row in those if row.state == "done"] or [0.0]
        yield ExerciseCount(
            exercise=exercise,
            title=next((row.title for row in reversed(those) if row.title), ""),
            outcomes={outcome: outcomes[outcome] for outcome in Outcome},
            tried=sum(row.id in answers and answers[row.id].tried > 0 for row in those),
            spread=_spread([(row.earned, row.points) for row in those if row.state == "done"]),
            median=median(seconds),
            most=max(seconds),
        )


def _units(rows: Iterable[GradingRow], counts: Iterable[ExerciseCount], course: Course | None) -> Iterator[UnitCount]:
    titles = {unit.name: unit.title for unit in course.units} if course is not None else {}
    units: dict[str, list[ExerciseCount]] = defaultdict(list)
    for count in counts:
        units[count.exercise.partition(".")[0]].append(count)
    earned: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        if row.state == "done":
            earned[row.exercise.partition(".")[0]][row.learner] += row.earned
    for unit, exercises in units.items():
        points = sum(count.spread.points for count in exercises)
        sums = [(value, points) for value in earned[unit].values()]  # an exercise that is not there costs its points
        yield UnitCount(unit, titles.get(unit, ""), tuple(exercises), _spread(sums))


def _spread(sums: Sequence[tuple[float, float]]) -> Spread:
    """The distribution of (earned, points)."""
    bins = [0] * BINS
    for earned, points in sums:
        share = earned / points if points else 0.0
        bins[BINS - 1 if share > 1 - 1e-9 else max(int(10 * share + 1e-9), 0)] += 1
    mean = sum(earned for earned, _ in sums) / len(sums) if sums else 0.0
    most = Counter(points for _, points in sums).most_common(1)  # others where a check was added since
    return Spread(most[0][0] if most else 0.0, mean, len(sums), tuple(bins))


def _checks(book: Gradebook, ids: str, order: Mapping[str, int]) -> Iterator[CheckCount]:
    words = """
        SELECT exercise, name, max(demand) AS demand, max(result.points) AS points, max(bonus) AS bonus,
               sum(verdict = 'passed') AS passed,
               sum(verdict IN ('failed', 'raised', 'forbidden', 'broke protocol')) AS failed,
               sum(verdict IN ('timeout', 'crashed')) AS stopped,
               sum(verdict IN ('missing', 'not started', 'blocked', 'grader fault')) AS unasked,
               min(place) AS place
        FROM result JOIN grading ON grading.id = result.grading
        WHERE grading IN (SELECT value FROM json_each(?)) GROUP BY exercise, name
    """
    rows = book.query(words, ids)
    for row in sorted(rows, key=lambda row: (order[row["exercise"]], row["place"], row["name"])):
        values = dict(row)
        del values["place"]
        yield msgspec.convert(values, CheckCount, strict=False)


def _slowest(rows: Iterable[GradingRow], people: Mapping[int, Person]) -> tuple[Slow, ...]:
    spent: dict[int, list[tuple[float, str]]] = defaultdict(list)
    for row in rows:
        spent[row.learner].append((row.seconds, row.exercise))
    slow = [Slow(people[key], sum(seconds for seconds, _ in took), max(took)[1]) for key, took in spent.items()]
    return tuple(sorted(slow, key=lambda one: (-one.seconds, one.person.id))[:_SLOWEST])
