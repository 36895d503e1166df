"""`grade validate`: a course proves itself before anyone is graded by it."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import multiprocessing.util
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from grader.author.gallery import with_answer
from grader.author.recorded import Tape
from grader.author.trivial import KINDS, functions_of, trivial_source
from grader.checks import marks
from grader.checks.bank import Misconception, read_bank
from grader.course import Course, Exercise, Submission, find_course, read_submission
from grader.errors import UsageError
from grader.reports.matrix import Matrix, Outcome, Row
from grader.reports.model import CheckResult, ExerciseResult, Status, Verdict
from grader.session.grading import GradingSession, Options

if TYPE_CHECKING:
    from grader.session.plugin import Select

SEEDS = 20
TRAINING_SEEDS = 2  # a training check takes seconds; `--repeat` runs it as often as one likes
_FEWEST_MISCONCEPTIONS = 5
_HINTS = 3
_FIRST_SEED = 1000


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


class Validation(msgspec.Struct, frozen=True):
    """What validation found.

    Attributes:
        problems: empty when the course can be trusted.
        matrix: which check rejects which misconception, and names it.
        runs: how often the solutions were graded.
        alternatives: how many correct solutions written differently passed.
        trivial: how many answers without thought were graded.
        seconds: wall time.
        wrong_answers: every misconception, with what it was told.
        costs: exercise and seconds, where each was validated by itself.
    """

    problems: tuple[Problem, ...]
    matrix: Matrix
    runs: int
    alternatives: int
    trivial: int
    seconds: float
    wrong_answers: tuple[WrongAnswer, ...] = ()
    costs: tuple[tuple[str, float], ...] = ()


def validate(
    course: Course,
    exercises: Sequence[Exercise],
    seeds: int = SEEDS,
    say: Callable[[str], None] = lambda _: None,
    isolation: str = "auto",
) -> Validation:
    """Prove a course: solutions pass, stubs do not, wrong answers are rejected by name.

    Args:
        course: the course, with solutions.
        exercises: what to validate.
        seeds: with how many seeds the solutions are graded.
        say: told what is being done.
        isolation: as in ``Options``.
    """
    _demand_solutions(course)
    with _session(course, exercises, isolation) as session:
        return _prove(session, course, exercises, seeds, say)


def repeat(
    course: Course,
    exercises: Sequence[Exercise],
    times: int,
    say: Callable[[str], None] = lambda _: None,
    isolation: str = "auto",
) -> Validation:
    """Grade the solutions again and again, each time with a new seed and with every check: none may ever fail."""
    _demand_solutions(course)
    started = time.perf_counter()
    with _session(course, exercises, isolation) as session:
        work = _Work(session, course, tuple(exercises), say)
        work.solutions(times, times)
    return Validation(tuple(work.problems), Matrix(), times, 0, 0, time.perf_counter() - started)


def _demand_solutions(course: Course) -> None:
    if not (course.root / "solutions").is_dir():
        raise UsageError(f"{course.root} has no solutions/, so there is nothing to validate it with.")


def _session(course: Course, exercises: Sequence[Exercise], isolation: str) -> GradingSession:
    return GradingSession(course, exercises, Options(alone=True, isolation=isolation))


def _prove(
    session: GradingSession,
    course: Course,
    exercises: Sequence[Exercise],
    seeds: int,
    say: Callable[[str], None] = lambda _: None,
) -> Validation:
    started = time.perf_counter()
    work = _Work(session, course, tuple(exercises), say)
    work.solutions(seeds, TRAINING_SEEDS)
    work.stubs()
    work.hints()
    work.wrong_answers()
    work.trivial_answers()
    work.recorded_answers()
    work.alternative_answers()
    return Validation(
        tuple(work.problems), Matrix(tuple(work.rows)), seeds, work.alternatives, work.trivial,
        time.perf_counter() - started, tuple(work.told),
    )  # fmt: skip


def validate_in_parallel(
    course: Course,
    exercises: Sequence[Exercise],
    seeds: int = SEEDS,
    say: Callable[[str], None] = lambda _: None,
    isolation: str = "auto",
    jobs: int = 2,
) -> Validation:
    """Prove a course exercise by exercise, several at a time, each in a process of its own; see ``validate``."""
    _demand_solutions(course)
    started = time.perf_counter()
    context = multiprocessing.get_context("spawn")  # a fork would take over torch's threads
    found: dict[str, Validation] = {}
    with concurrent.futures.ProcessPoolExecutor(jobs, mp_context=context) as pool:
        waiting = {
            pool.submit(_validate_one, course.root, exercise.id, seeds, isolation): exercise.id
            for exercise in sorted(exercises, key=_cost, reverse=True)
        }
        for done in concurrent.futures.as_completed(waiting):
            found[waiting[done]] = done.result()
            say(f"{len(found)} of {len(exercises)} exercises, {waiting[done]} last")
    parts = [found[exercise.id] for exercise in exercises]
    return Validation(
        tuple(problem for part in parts for problem in part.problems),
        Matrix(tuple(row for part in parts for row in part.matrix.rows)),
        seeds,
        sum(part.alternatives for part in parts),
        sum(part.trivial for part in parts),
        time.perf_counter() - started,
        tuple(answer for part in parts for answer in part.wrong_answers),
        tuple((exercise.id, part.seconds) for exercise, part in zip(exercises, parts, strict=True)),
    )


def _cost(exercise: Exercise) -> int:
    """A guess at how long an exercise takes, for the longest to begin first."""
    bank = exercise.bank.stat().st_size if exercise.bank.is_file() else 0
    return bank + 20_000 * (exercise.checks.is_file() and "@training" in exercise.checks.read_text("utf-8"))


_sessions: dict[tuple[Any, ...], GradingSession] = {}  # of a process of the pool: torch is imported once for many


def _validate_one(root: Path, exercise: str, seeds: int, isolation: str) -> Validation:
    course = find_course(root)
    wanted = course.exercise(exercise)
    key = (root, wanted.packages, wanted.preload, isolation)
    if key not in _sessions:
        alike = [e for e in course.exercises if (e.packages, e.preload) == (wanted.packages, wanted.preload)]
        session = _sessions[key] = _session(course, alike, isolation)
        multiprocessing.util.Finalize(session, session.__exit__, exitpriority=10)
    return _prove(_sessions[key], course, [wanted], seeds)


class _Work:
    """One validation: each method grades one kind of submission and notes problems."""

    def __init__(
        self,
        session: GradingSession,
        course: Course,
        exercises: tuple[Exercise, ...],
        say: Callable[[str], None],
    ) -> None:
        self.session = session
        self.course = course
        self.exercises = exercises
        self.say = say
        self.problems: list[Problem] = []
        self.rows: list[Row] = []
        self.told: list[WrongAnswer] = []
        self.alternatives = 0
        self.trivial = 0
        self._tape = Tape()
        self._solutions = read_submission(course.root / "solutions", course)
        self._numeric: dict[str, frozenset[str]] = {}
        self._used: dict[str, dict[str, set[str]]] = {}  # exercise -> check -> the symbols it leads to

    def _note(self, exercise: str, text: str) -> None:
        self.problems.append(Problem(exercise, text))

    def _grade(
        self, exercises: Sequence[Exercise], submission: Submission, seed: int, select: Select | None = None
    ) -> tuple[ExerciseResult, ...]:
        self.session.select = select
        try:
            report = self.session.grade(exercises, submission, seed)
        finally:
            self.session.select = None
        for fault in report.faults:
            self._note("", f"the grader failed: {fault}")
        return report.exercises

    def solutions(self, seeds: int, training_seeds: int) -> None:
        """Every solution passes every check, with every seed; the first run is recorded."""
        for number in range(seeds):
            self.say(f"solutions, seed {number + 1} of {seeds}")
            first = number == 0
            if first:
                self.session.wrap, self.session.used = self._tape, self._used
            try:
                results = self._grade(
                    self.exercises,
                    self._solutions,
                    _FIRST_SEED + number,
                    None if number < training_seeds else _is_quick,
                )
            finally:
                self.session.wrap = self.session.used = None
            for result in results:
                for check in result.checks:
                    if check.verdict is not Verdict.PASSED:
                        why = f"the solution fails {check.name} with seed {_FIRST_SEED + number}: {_why(check)}"
                        self._note(result.exercise, why)
                if first and not result.checks:
                    self._note(result.exercise, "there are no checks")
            if first:
                self._numeric = self.session.numeric

    def stubs(self) -> None:
        """Every stub is "not started" in every check."""
        self.say("stubs")
        stubs = read_submission(self.course.root / "exercises", self.course)
        for result in self._grade(self.exercises, stubs, _FIRST_SEED):
            if result.status is not Status.NOT_STARTED:
                named = [
                    f"{check.name} ({check.verdict})"
                    for check in result.checks
                    if check.verdict is not Verdict.NOT_STARTED
                ]
                self._note(result.exercise, f'the stub is {result.status}, not "not started": {", ".join(named[:5])}')

    def hints(self) -> None:
        """Every exercise has three hints: a nudge, the formula, the line."""
        for exercise in self.exercises:
            if len(exercise.hints) < _HINTS:
                self._note(exercise.id, f"it has {len(exercise.hints)} hints; {_HINTS} are wanted")

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
                if row.verdict is not Outcome.NAMED:
                    self._note(exercise.id, _trouble(row, result))

    def _try(self, exercise: Exercise, entry: Misconception) -> tuple[Row, ExerciseResult]:
        """Grade a wrong answer with the checks that lead to what is wrong; training checks if they are needed."""
        used = self._used.get(exercise.id, {})
        concerned = {name for name, symbols in used.items() if entry.symbol in symbols}
        submission = with_answer(self._solutions, exercise, entry.source)
        checks: list[CheckResult] = []
        for kind in (_is_quick, _is_training):

            def select(of: str, name: str, function: Any, kind: Select = kind) -> bool:
                return kind(of, name, function) and (not concerned or name in concerned)

            (result,) = self._grade([exercise], submission, _FIRST_SEED, select)
            checks += result.checks
            row = Row(entry.name, exercise.id, {check.name: _outcome(check, entry) for check in checks})
            if row.verdict in {Outcome.NAMED, Outcome.MISNAMED}:
                break
        return row, msgspec.structs.replace(result, checks=tuple(checks))

    def trivial_answers(self) -> None:
        """Zeros, a constant and the input itself fail every numeric check, and every question of a quiz."""
        for exercise in self.exercises:
            solution = exercise.solution.read_text("utf-8")
            functions, used = set(functions_of(exercise)), self._used.get(exercise.id, {})
            for kind in KINDS:
                text = trivial_source(solution, exercise, kind)
                if text is None:
                    continue
                self.say(f"{exercise.id}: {kind}")
                self.trivial += 1
                submission = with_answer(self._solutions, exercise, text)
                select = None if kind == KINDS[0] else _is_quick  # a training run of zeros says it for all
                (result,) = self._grade([exercise], submission, _FIRST_SEED, select)
                numeric = self._numeric.get(exercise.id, frozenset())
                for check in result.checks:
                    if used.get(check.name, functions).isdisjoint(functions) and not exercise.quiz:
                        continue  # it asks for classes alone, which keep their own methods
                    if (check.name in numeric or exercise.quiz) and check.verdict is Verdict.PASSED:
                        self._note(exercise.id, f"{check.name} is passed by an answer without thought: {kind}")

    def recorded_answers(self) -> None:
        """Answers recorded with the first seed fail every check with another.

        But for the questions of a quiz: what is right there depends on no input. Such a check reads an entry of the
        dict of answers and does nothing else; one that calls a function is held to the rule, in a quiz too.
        """
        self.say("recorded answers")
        self._tape.playing = True
        self.session.wrap = self._tape
        try:
            results = self._grade(self.exercises, self._solutions, _FIRST_SEED - 1)
        finally:
            self.session.wrap = None
        for result in results:
            quiz = self.course.exercise(result.exercise).quiz
            for check in result.checks:
                if quiz and self._tape.is_question(f"{result.exercise}:{check.name}"):
                    continue
                if check.verdict is Verdict.PASSED:
                    self._note(result.exercise, f"{check.name} is passed by answers recorded in another run")

    def alternative_answers(self) -> None:
        """Correct solutions written differently pass."""
        for exercise in self.exercises:
            for number, path in enumerate(self._alternatives(exercise)):
                self.say(f"{exercise.id}: {path.name}")
                self.alternatives += 1
                submission = with_answer(self._solutions, exercise, path.read_text("utf-8"))
                select = None if number == 0 else _is_quick  # trajectories are compared by quick checks
                (result,) = self._grade([exercise], submission, _FIRST_SEED, select)
                for check in result.checks:
                    if check.verdict is not Verdict.PASSED:
                        self._note(exercise.id, f"the correct {path.name} fails {check.name}: {_why(check)}")

    def _alternatives(self, exercise: Exercise) -> Iterator[Path]:
        folder = self.course.root / "tests" / "alternatives" / exercise.unit / exercise.name
        yield from sorted(folder.glob("*.py"))


def _is_training(exercise: str, name: str, function: Any) -> bool:
    del exercise, name
    return marks.is_training(function)


def _is_quick(exercise: str, name: str, function: Any) -> bool:
    return not _is_training(exercise, name, function)


def _named(check: CheckResult) -> str:
    findings = check.failure.findings if check.failure is not None else ()
    return next((finding.name for finding in findings if finding.kind == "misconception"), "")


def _outcome(check: CheckResult, entry: Misconception) -> Outcome:
    if check.verdict is Verdict.PASSED:
        return Outcome.SURVIVED
    name = _named(check)
    if name == entry.name:
        return Outcome.NAMED
    return Outcome.MISNAMED if name else Outcome.KILLED


def _trouble(row: Row, result: ExerciseResult) -> str:
    verdict = {
        Outcome.SURVIVED: "is accepted by every check",
        Outcome.KILLED: "is rejected but not named",
        Outcome.MISNAMED: "is taken for another",
    }[row.verdict]
    named = {_named(check) for check in result.checks} - {"", row.misconception}
    other = f": {', '.join(sorted(named))}" if named else ""
    return f"the misconception {row.misconception!r} {verdict}{other}"


def _why(check: CheckResult) -> str:
    return f"{check.verdict}: {check.failure.headline if check.failure else ''}"
