"""Grades: from what was handed in and graded, by the policies, to a score a learner and unit; and why it is that."""

from __future__ import annotations

import datetime
import enum
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from grader.cohort.due import days_after
from grader.cohort.gradebook import Gradebook
from grader.cohort.handed import Handed, Late, in_order, is_done, lateness
from grader.cohort.people import find_learner, is_meant, listed
from grader.cohort.policies import Extension, Policies, UnitPolicy
from grader.cohort.records import GradingRow, HandInRow, LearnerRow
from grader.course import Exercise
from grader.errors import UsageError

_PRECISION = 9  # decimals: what a sum of floats adds beyond them is none of the learner's
_FAR = datetime.datetime.max.replace(tzinfo=datetime.UTC)


class State(enum.StrEnum):
    """How far a grade is one."""

    GRADED = "graded"
    NOTHING = "nothing handed in"
    FAULT = "could not be graded"  # the hand-in, or an exercise of it
    OPEN = "not graded yet"


class ExerciseGrade(msgspec.Struct, frozen=True):
    """An exercise in a grade.

    Attributes:
        grading: the row of the gradebook; 0 where it has none.
        status: see ``reports.model.Status``; empty where it was not graded.
        fault: whether the grader failed on it.
    """

    exercise: str
    grading: int = 0
    points: float = 0.0
    earned: float = 0.0
    bonus_points: float = 0.0
    bonus_earned: float = 0.0
    status: str = ""
    fault: bool = False


class Grade(msgspec.Struct, frozen=True):
    """What a learner has in a unit.

    Attributes:
        learner: the number in the gradebook.
        raw: points of all exercises of the hand-in that counts, before any policy.
        points: of so many.
        bonus: points besides.
        final: the score after policies.
        maximum: of so much.
        hand_in: which counts; 0 where none does.
        why: why that one.
        due: in UTC, ISO 8601, with the learner's extension; empty where nothing is due.
        extension: the learner's, in words.
        late_seconds: after the due date.
        late_days: days late.
        late_days_used: of the budget.
        days_charged: what is left of them, each with its penalty.
        penalty: in raw points.
        missing: what there is to know of what is not there.
    """

    learner: int
    unit: str
    state: State
    raw: float = 0.0
    points: float = 0.0
    bonus: float = 0.0
    bonus_points: float = 0.0
    final: float = 0.0
    maximum: float = 0.0
    hand_in: int = 0
    why: str = ""
    due: str = ""
    extension: str = ""
    late_seconds: int = 0
    late_days: int = 0
    late_days_used: int = 0
    days_charged: int = 0
    penalty: float = 0.0
    missing: tuple[str, ...] = ()
    exercises: tuple[ExerciseGrade, ...] = ()


def grades(book: Gradebook, policies: Policies, exercises: Sequence[Exercise]) -> tuple[Grade, ...]:
    """The grade of each learner in each unit of some exercises.

    An exercise's points are those of the learner's own grading, else those that the latest grading of anybody found:
    so one that was not graded counts in what could be earned. Of an exercise that nobody's gradings hold nothing is
    known, and it counts nothing.

    Returns:
        Learners by name, units in the course's order.

    Raises:
        UsageError: an extension names several learners.
    """
    names = tuple(exercise.id for exercise in exercises)
    return grades_of_rows(book.learners(), Handed.read(book), policies, names)


def total(grades: Iterable[Grade], policies: Policies) -> tuple[float, float]:
    """A learner's final score over units, and the maximum."""
    known = list(grades)
    score = sum(grade.final for grade in known)
    if policies.round_per == "learner":
        score = rounded(score, policies.round_to)
    return _exact(score), _exact(sum(grade.maximum for grade in known))


def rounded(score: float, step: float) -> float:
    """A score to the nearest step, half away from zero; with a step of 0 as it is.

    2.25, 0.5 -> 2.5
    """
    exact = Decimal(repr(_exact(score)))
    if not step:
        return float(exact)
    by = Decimal(repr(step))
    return float((exact / by).quantize(Decimal(1), ROUND_HALF_UP) * by)


def unknown_extensions(policies: Policies, learners: Sequence[LearnerRow]) -> tuple[str, ...]:
    """What to say of extensions for learners whom the gradebook does not have."""
    names = [extension.learner for extension in policies.extensions]
    unknown = [name for name in dict.fromkeys(names) if not any(is_meant(name, learner) for learner in learners)]
    return tuple(
        f"{policies.file}: there is an extension for {name!r}, whom the gradebook does not have." for name in unknown
    )


def grades_of_rows(
    learners: Sequence[LearnerRow], handed: Handed, policies: Policies, exercises: Sequence[str]
) -> tuple[Grade, ...]:
    """As ``grades``, of rows: the exercises by their ids, in order."""
    units: dict[str, list[str]] = {}
    for exercise in exercises:
        units.setdefault(exercise.partition(".")[0], []).append(exercise)
    extensions = extensions_of(policies, learners)
    by_due = sorted(units, key=lambda unit: policies.of(unit).due or _FAR)  # so late days are spent
    found: list[Grade] = []
    for learner in learners:
        budget = policies.late_days
        of_learner: dict[str, Grade] = {}
        for unit in by_due:
            policy = policies.of(unit)
            mine = _Unit(unit, units[unit], policy, handed, extensions.get((learner.id, unit), ()))
            grade = mine.grade(learner, budget if policy.late_days is None else policy.late_days, policies)
            if policy.late_days is None:
                budget -= grade.late_days_used
            of_learner[unit] = grade
        found += [of_learner[unit] for unit in units]
    return tuple(found)


def _exact(value: float) -> float:
    return round(float(value), _PRECISION)


class _Candidate(msgspec.Struct, frozen=True):
    """A hand-in that may count, and what it would."""

    hand_in: HandInRow
    late: Late
    exercises: tuple[ExerciseGrade, ...]
    used: int = 0
    penalty: float = 0.0
    final: float = 0.0


class _Unit:
    """A unit of a learner's, on the way to its grade."""

    def __init__(
        self,
        unit: str,
        exercises: Sequence[str],
        policy: UnitPolicy,
        handed: Handed,
        extensions: Sequence[Extension],
    ) -> None:
        self.unit, self.exercises, self.policy, self.handed = unit, exercises, policy, handed
        self.due, self.extension = extended(policy, extensions)

    def grade(self, learner: LearnerRow, budget: int, policies: Policies) -> Grade:
        """The grade, with so many late days left."""
        hand_ins = in_order(self.handed.hand_ins.get(learner.id, ()))
        candidates = [self._candidate(hand_in, budget) for hand_in in self._those_with(hand_ins)]
        due = self.due.isoformat() if self.due else ""
        if not candidates:
            state, missing = self._nothing(hand_ins)
            exercises = tuple(self._exercise(exercise, None) for exercise in self.exercises)
            last = hand_ins[-1].id if hand_ins else 0
            return self._summed(exercises, Grade(learner.id, self.unit, state, hand_in=last, due=due, missing=missing))
        counted, why = _choose(candidates, self.policy.counts)
        state, missing = self._gaps(counted, hand_ins)
        step = policies.round_to if policies.round_per == "unit" else 0.0
        grade = Grade(
            learner=learner.id,
            unit=self.unit,
            state=state,
            final=rounded(counted.final, step),
            hand_in=counted.hand_in.id,
            why=why,
            due=due,
            extension=self.extension,
            late_seconds=counted.late.seconds,
            late_days=counted.late.days,
            late_days_used=counted.used,
            days_charged=counted.late.days - counted.used,
            penalty=_exact(counted.penalty),
            missing=missing,
        )
        return self._summed(counted.exercises, grade)

    def _those_with(self, hand_ins: Sequence[HandInRow]) -> list[HandInRow]:
        """The hand-ins that were graded for this unit: those that hold something of it, or else all.

        Whoever hands in another unit later has not taken this one back.
        """
        graded, holding = [], []
        for hand_in in hand_ins:
            found = self._gradings(hand_in)
            if not found or hand_in.fault:
                continue
            graded.append(hand_in)
            if any(grading.id not in self.handed.absent for grading in found.values()):
                holding.append(hand_in)
        return holding or graded

    def _gradings(self, hand_in: HandInRow) -> dict[str, GradingRow]:
        known = self.handed.gradings.get((hand_in.learner, hand_in.content), {})
        return {exercise: known[exercise] for exercise in self.exercises if exercise in known}

    def _candidate(self, hand_in: HandInRow, budget: int) -> _Candidate:
        known = self._gradings(hand_in)
        exercises = tuple(self._exercise(exercise, known.get(exercise)) for exercise in self.exercises)
        late, policy = lateness(hand_in, self.due, self.policy), self.policy
        points = sum(exercise.points for exercise in exercises)
        raw = sum(exercise.earned + policy.bonus * exercise.bonus_earned for exercise in exercises)
        used = min(late.days, budget) if policy.penalty.value else 0
        penalty = policy.penalty.of(points) * (late.days - used)
        if policy.cap is not None:
            penalty = min(penalty, policy.cap.of(points))
        penalty = min(penalty, raw)
        return _Candidate(hand_in, late, exercises, used, penalty, (raw - penalty) * policy.scale(points))

    def _exercise(self, exercise: str, grading: GradingRow | None) -> ExerciseGrade:
        points, bonus = self.handed.worth.get(exercise, (0.0, 0.0))
        if grading is None:
            return ExerciseGrade(exercise, points=points, bonus_points=bonus)
        if not is_done(grading):
            return ExerciseGrade(
                exercise, grading.id, points, grading.earned, bonus, grading.bonus_earned, grading.status, fault=True
            )
        return ExerciseGrade(
            exercise,
            grading.id,
            grading.points,
            grading.earned,
            grading.bonus_points,
            grading.bonus_earned,
            grading.status,
        )

    def _summed(self, exercises: tuple[ExerciseGrade, ...], grade: Grade) -> Grade:
        """The grade with its exercises, and what they add up to."""
        points = _exact(sum(exercise.points for exercise in exercises))
        return msgspec.structs.replace(
            grade,
            raw=_exact(sum(exercise.earned for exercise in exercises)),
            points=points,
            bonus=_exact(sum(exercise.bonus_earned for exercise in exercises)),
            bonus_points=_exact(sum(exercise.bonus_points for exercise in exercises)),
            maximum=_exact(points * self.policy.scale(points)),
            extension=self.extension,
            exercises=exercises,
        )

    def _nothing(self, hand_ins: Sequence[HandInRow]) -> tuple[State, tuple[str, ...]]:
        """Why there is nothing to count."""
        if not hand_ins:
            return State.NOTHING, ("Nothing was handed in.",)
        last = hand_ins[-1]
        if last.fault:
            return State.FAULT, (last.fault,)
        return State.OPEN, (f"{self.unit} is not graded yet.",)

    def _gaps(self, counted: _Candidate, hand_ins: Sequence[HandInRow]) -> tuple[State, tuple[str, ...]]:
        """What the hand-in that counts lacks, and what became of those after it."""
        said = [f"{counted.late.said[0].upper()}{counted.late.said[1:]}."] if counted.late.said else []
        states = {State.GRADED}
        for exercise in counted.exercises:
            if exercise.fault:
                states.add(State.FAULT)
                said.append(f"{exercise.exercise} could not be graded: the grader failed on it.")
            elif not exercise.grading and exercise.exercise in self.handed.worth:
                goes_on = self._goes_on(counted.hand_in)
                states |= {State.OPEN} if goes_on else set()
                said.append(f"{exercise.exercise} is not graded yet." if goes_on else _not_graded(exercise))
        for later in hand_ins[hand_ins.index(counted.hand_in) + 1 :]:
            if later.fault:
                said.append(f"A later hand-in could not be graded: {later.fault}")
            elif self._goes_on(later) and not self._gradings(later):
                states.add(State.OPEN)
                said.append("A later hand-in is not graded yet.")
        return next(state for state in (State.FAULT, State.OPEN, State.GRADED) if state in states), tuple(said)

    def _goes_on(self, hand_in: HandInRow) -> bool:
        """Whether the run that found a hand-in may still grade it: it goes on, or was broken off."""
        return hand_in.run not in self.handed.ended


def _not_graded(exercise: ExerciseGrade) -> str:
    return f"{exercise.exercise} was not graded, and earns none of its points ({exercise.points:g})."


def _choose(candidates: Sequence[_Candidate], counts: str) -> tuple[_Candidate, str]:
    """The hand-in that counts, of some in their order; and why."""
    if len(candidates) == 1:
        return candidates[0], "the only one"
    if counts == "best":
        best = max(enumerate(candidates), key=lambda pair: (pair[1].final, -pair[1].used, pair[0]))[1]
        return best, f"the best of {len(candidates)}"
    if counts == "latest":
        return candidates[-1], f"the latest of {len(candidates)}"
    on_time = [candidate for candidate in candidates if not candidate.late.days]
    if on_time:
        return on_time[-1], f"the last of {len(candidates)} that was on time"
    return candidates[-1], f"the latest of {len(candidates)}: none was on time"


def extended(policy: UnitPolicy, extensions: Sequence[Extension]) -> tuple[datetime.datetime | None, str]:
    """When a unit is due for a learner, and by which extension; of several the one that gives most."""
    due, said = policy.due, ""
    for extension in extensions:
        until = extension.due
        if until is None:
            until = days_after(policy.due, extension.days, policy.zone) if policy.due else None
        if until is not None and due is not None and until > due:
            due, said = until, f"{extension.days} more days" if extension.days else "a later due date"
            said += f" ({extension.reason})" if extension.reason else ""
    return due, said


def extensions_of(policies: Policies, learners: Sequence[LearnerRow]) -> dict[tuple[int, str], list[Extension]]:
    """The extensions of each learner and unit."""
    found: dict[tuple[int, str], list[Extension]] = defaultdict(list)
    units = tuple(policies.units)
    for extension in policies.extensions:
        meant = [learner for learner in learners if is_meant(extension.learner, learner)]
        if len(meant) > 1:
            try:
                meant = [find_learner(meant, extension.learner)]
            except UsageError:
                raise UsageError(
                    f"{policies.file}: the extension for {extension.learner!r} could be for any of these: "
                    f"{listed(meant)}. Write the number."
                ) from None
        for learner in meant:
            for unit in (extension.unit,) if extension.unit else units:
                found[learner.id, unit].append(extension)
    return found
