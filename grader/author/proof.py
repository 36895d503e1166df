"""One proof of a course: each kind of submission is graded, and what keeps the course from being trusted is noted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from grader.author.completeness import wanting
from grader.author.gallery import with_answer
from grader.author.recorded import Tape
from grader.author.trivial import KINDS, trivial_source
from grader.checks import marks
from grader.course import Course, Exercise, Submission, read_submission
from grader.diagnosis.bank import Misconception, read_bank
from grader.reports.matrix import Fate, Row
from grader.reports.model import CheckResult, ExerciseResult, Status, Verdict
from grader.session.grading import Session
from grader.session.options import Hooks, Run, Select, Wrap

_FEWEST_MISCONCEPTIONS = 5
STABILITY_SEEDS = 2  # `--stability` takes more
FIRST_SEED = 1000


class Problem(msgspec.Struct, frozen=True):
    """Something that keeps the course from being trusted."""

    exercise: str
    text: str


class WrongAnswer(msgspec.Struct, frozen=True):
    """What one misconception of the bank was told.

    Attributes:
        misconception: the entry of the bank.
        result: its checks that use the symbol which is wrong.
    """

    misconception: Misconception
    result: ExerciseResult


class Proof:
    """One proof: each method grades one kind of submission and notes problems.

    Args:
        session: grades.
        course: the course, with solutions.
        exercises: what is proved.
        say: told what is being done.
        stability: with how many seeds every mistake is graded; the same checks fail with each.
    """

    def __init__(
        self,
        session: Session,
        course: Course,
        exercises: tuple[Exercise, ...],
        say: Callable[[str], None],
        stability: int = STABILITY_SEEDS,
    ) -> None:
        self.session = session
        self.course = course
        self.exercises = exercises
        self.say = say
        self.stability = stability
        self.problems: list[Problem] = []
        self.rows: list[Row] = []
        self.told: list[WrongAnswer] = []
        self.alternatives = 0
        self.trivial = 0
        self._crashes: set[tuple[str, str, str]] = set()  # those that were noted
        self._tape = Tape()
        self._solutions = read_submission(course.root / "solutions", course)
        self._numeric: Mapping[str, frozenset[str]] = {}
        self._used: Mapping[str, Mapping[str, frozenset[str]]] = {}  # exercise -> check -> the symbols it leads to

    def _note(self, exercise: str, text: str) -> None:
        self.problems.append(Problem(exercise, text))

    def _run(
        self,
        what: str,
        exercises: Sequence[Exercise],
        submission: Submission,
        seed: int,
        select: Select | None = None,
        *,
        names: bool = True,
        symbols: bool = False,
        wrap: Wrap | None = None,
    ) -> Run:
        options = msgspec.structs.replace(self.session.options, names=names, symbols=symbols)
        run = self.session.run(exercises, submission, seed, options, Hooks(select=select, wrap=wrap))
        crashes = {(exercise, check): text for exercise, own in run.crashes.items() for check, text in own.items()}
        for (exercise, check), text in crashes.items():
            if (exercise, check, text) not in self._crashes:  # once: of ten wrong answers it says no more
                self._crashes.add((exercise, check, text))
                self._note(exercise, f"{check} crashes on {what}: {text}")
        for fault in run.report.faults:
            if not fault.startswith(tuple(f"{exercise}: {check}\n" for exercise, check in crashes)):
                self._note("", f"the grader failed on {what}: {fault}")
        for stumble in run.stumbles:
            self._note("", f"the diagnosis failed on {what}: {stumble}")
        return run

    def solutions(self, seeds: int, training_seeds: int, first_seed: int = FIRST_SEED) -> None:
        """Every solution passes every check, with every seed; the first run is recorded.

        Args:
            seeds: with how many seeds.
            training_seeds: with how many of them training checks run too.
            first_seed: the others follow it.
        """
        for number in range(seeds):
            self.say(f"solutions, seed {number + 1} of {seeds}")
            first = number == 0
            run = self._run(
                f"the solution with seed {first_seed + number}",
                self.exercises,
                self._solutions,
                first_seed + number,
                None if number < training_seeds else _is_quick,
                symbols=first,
                wrap=self._tape if first else None,
            )
            for result in run.report.exercises:
                for check in result.checks:
                    if check.verdict is not Verdict.PASSED and check.name not in run.crashes[result.exercise]:
                        why = f"the solution fails {check.name} with seed {first_seed + number}: {_why(check)}"
                        self._note(result.exercise, why)
                if first and not result.checks:
                    self._note(result.exercise, "there are no checks")
            if first:
                self._numeric, self._used = run.numeric, run.used

    def stubs(self) -> None:
        """Every stub is "not started" in every check."""
        self.say("stubs")
        stubs = read_submission(self.course.root / "exercises", self.course)
        for result in self._run("the stub", self.exercises, stubs, FIRST_SEED).report.exercises:
            if result.status is not Status.NOT_STARTED:
                named = [
                    f"{check.name} ({check.verdict})"
                    for check in result.checks
                    if check.verdict is not Verdict.NOT_STARTED
                ]
                self._note(result.exercise, f'the stub is {result.status}, not "not started": {", ".join(named[:5])}')

    def completeness(self) -> None:
        """Every exercise has its hints, sentences, source and alternatives; nothing of it is left to do."""
        for exercise in self.exercises:
            for text in wanting(self.course, exercise):
                self._note(exercise.id, text)

    def wrong_answers(self) -> None:
        """Every misconception is rejected, named, and never taken for another."""
        for exercise in self.exercises:
            bank = read_bank(exercise.bank, exercise.solution)
            if len(bank) < _FEWEST_MISCONCEPTIONS:
                self._note(exercise.id, f"the bank holds {len(bank)} misconceptions; at least 5 are wanted")
            for entry in bank:
                self.say(f"{exercise.id}: {entry.name}")
                row, result = self._try(exercise, entry)
                self.rows.append(row)
                self.told.append(WrongAnswer(entry, result))
                if row.verdict is not Fate.NAMED:
                    self._note(exercise.id, _trouble(row, result))
                if entry.violates:
                    self._hold_to_word(exercise, entry, row)

    def _try(self, exercise: Exercise, entry: Misconception) -> tuple[Row, ExerciseResult]:
        """Grade a wrong answer with the checks that lead to what is wrong; training checks if they are needed.

        With the first seed for the names, with others to see that the same checks fail.
        """
        used = self._used.get(exercise.id, {})
        concerned = {name for name, symbols in used.items() if entry.symbol in symbols}
        submission = with_answer(self._solutions, exercise, entry.source)
        checks: list[CheckResult] = []
        crashes: set[str] = set()
        for kind in (_is_quick, _is_training):

            def select(of: str, name: str, function: Any, kind: Select = kind) -> bool:
                return kind(of, name, function) and (not concerned or name in concerned)

            run = self._run(f"the misconception {entry.name!r}", [exercise], submission, FIRST_SEED, select)
            (result,), crashes = run.report.exercises, crashes | run.crashes[exercise.id].keys()
            checks += result.checks
            outcomes = {check.name: _outcome(check, entry, crashed=check.name in crashes) for check in checks}
            row = Row(entry.name, exercise.id, outcomes)
            self._is_stable(exercise, entry, submission, select, _fails(result.checks))
            if row.verdict in {Fate.NAMED, Fate.MISNAMED}:
                break
        return row, msgspec.structs.replace(result, checks=tuple(checks))

    def _is_stable(
        self, exercise: Exercise, entry: Misconception, submission: Submission, select: Select, fails: frozenset[str]
    ) -> None:
        """The checks that fail are the same with every seed: equal points for equal code."""
        for seed in range(FIRST_SEED + 1, FIRST_SEED + self.stability):
            what = f"the misconception {entry.name!r} with seed {seed}"
            run = self._run(what, [exercise], submission, seed, select, names=False)
            others = _fails(run.report.exercises[0].checks)
            if others != fails:
                self._note(
                    exercise.id,
                    f"the misconception {entry.name!r} fails {_listed(others)} with seed {seed}, "
                    f"and {_listed(fails)} with seed {FIRST_SEED}",
                )
                return

    def _hold_to_word(self, exercise: Exercise, entry: Misconception, row: Row) -> None:
        """What the bank says of the demands that a mistake violates is so."""
        waiting = {_bare(check) for check, fate in row.outcomes.items() if fate is Fate.WAITED}
        fails, said = {_bare(check) for check in row.failing}, set(entry.violates)
        if fails != said - (waiting - fails):
            text = f"the misconception {entry.name!r} is said to violate {_listed(said)}, and fails {_listed(fails)}"
            self._note(exercise.id, text)

    def trivial_answers(self) -> None:
        """Zeros, a constant and the input itself fail every numeric check, and every question of a quiz."""
        for exercise in self.exercises:
            solution = exercise.solution.read_text("utf-8")
            for kind in KINDS:
                text = trivial_source(solution, exercise, kind)
                if text is None:
                    continue
                self.say(f"{exercise.id}: {kind}")
                self.trivial += 1
                submission = with_answer(self._solutions, exercise, text)
                select = None if kind == KINDS[0] else _is_quick  # a training run of zeros says it for all
                what = f"an answer without thought, {kind}"
                (result,) = self._run(what, [exercise], submission, FIRST_SEED, select, names=False).report.exercises
                numeric = self._numeric.get(exercise.id, frozenset())
                for check in result.checks:
                    if (check.name in numeric or exercise.quiz) and check.verdict is Verdict.PASSED:
                        self._note(exercise.id, f"{check.name} is passed by an answer without thought: {kind}")

    def recorded_answers(self) -> None:
        """Answers recorded with the first seed fail every check with another.

        But for the questions of a quiz: what is right there depends on no input. Such a check reads an entry of the
        dict of answers and does nothing else; one that calls a function is held to the rule, in a quiz too.
        """
        self.say("recorded answers")
        self._tape.playing = True
        what = "answers recorded in another run"
        run = self._run(what, self.exercises, self._solutions, FIRST_SEED - 1, names=False, wrap=self._tape)
        for result in run.report.exercises:
            quiz = self.course.exercise(result.exercise).quiz
            for check in result.checks:
                if quiz and self._tape.is_question(f"{result.exercise}:{check.name}"):
                    continue
                if check.verdict is Verdict.PASSED:
                    self._note(result.exercise, f"{check.name} is passed by answers recorded in another run")

    def alternative_answers(self) -> None:
        """Correct solutions written differently pass; a bonus asks for more than what is correct."""
        for exercise in self.exercises:
            for number, path in enumerate(sorted(exercise.alternatives.glob("*.py"))):
                self.say(f"{exercise.id}: {path.name}")
                self.alternatives += 1
                submission = with_answer(self._solutions, exercise, path.read_text("utf-8"))
                select = None if number == 0 else _is_quick  # trajectories are compared by quick checks
                what = f"the correct {path.name}"
                (result,) = self._run(what, [exercise], submission, FIRST_SEED, select).report.exercises
                for check in result.checks:
                    if check.verdict is not Verdict.PASSED and not check.bonus:
                        self._note(exercise.id, f"the correct {path.name} fails {check.name}: {_why(check)}")


def _is_training(exercise: str, name: str, function: Any) -> bool:
    del exercise, name
    return marks.is_training(function)


def _is_quick(exercise: str, name: str, function: Any) -> bool:
    return not _is_training(exercise, name, function)


def _named(check: CheckResult) -> str:
    findings = check.failure.findings if check.failure is not None else ()
    return next((finding.name for finding in findings if finding.kind == "misconception"), "")


def _outcome(check: CheckResult, entry: Misconception, *, crashed: bool) -> Fate:
    if check.verdict is Verdict.PASSED:
        return Fate.SURVIVED
    if check.verdict is Verdict.BLOCKED:
        return Fate.WAITED
    if crashed or check.verdict is Verdict.GRADER_FAULT:
        return Fate.CRASHED
    name = _named(check)
    if name == entry.name:
        return Fate.NAMED
    return Fate.MISNAMED if name else Fate.KILLED


def _fails(checks: Sequence[CheckResult]) -> frozenset[str]:
    return frozenset(check.name for check in checks if check.verdict not in {Verdict.PASSED, Verdict.BLOCKED})


def _bare(check: str) -> str:
    """``test_causal[3]`` as banks call it, ``causal``."""
    return check.partition("[")[0].removeprefix("test_")


def _listed(checks: Iterable[str]) -> str:
    return ", ".join(sorted(checks)) or "no check"


def _trouble(row: Row, result: ExerciseResult) -> str:
    verdict = {
        Fate.SURVIVED: "is accepted by every check",
        Fate.KILLED: "is rejected but not named",
        Fate.MISNAMED: "is taken for another",
        Fate.CRASHED: "is rejected by no check; one crashes on it",
    }[row.verdict]
    named = {_named(check) for check in result.checks} - {"", row.misconception}
    other = f": {', '.join(sorted(named))}" if named else ""
    return f"the misconception {row.misconception!r} {verdict}{other}"


def _why(check: CheckResult) -> str:
    return f"{check.verdict}: {check.failure.headline if check.failure else ''}"
