"""Grades a class: hand-ins become work, work becomes rows; what was graded before is not graded again."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import msgspec

from grader.cohort.contents import Content, read_hand_in
from grader.cohort.gradebook import Gradebook
from grader.cohort.hand_ins import HandIn
from grader.cohort.learners import Learner
from grader.cohort.work import Begun, Checked, Done, Event, Work, grade_hand_in
from grader.course import Course, Exercise
from grader.course.fingerprints import fingerprint
from grader.course.handout import older_handout
from grader.reports.model import CheckResult, Environment, ExerciseResult, Isolation, Status
from grader.session.grading import in_order, now
from grader.session.options import RunOptions
from grader.session.parallel import broken_off
from grader.session.pool import Ended, Job

_SEEDS = 10**12
_R = TypeVar("_R")


class Executor(Protocol):
    """Where work is done: so many seats, each with a process; ``session.pool.Pool`` is one."""

    def run(self, take: Callable[[int], Job[_R] | None]) -> Iterator[Ended[_R]]:
        """Do jobs; each as it ends. ``take`` gives a seat its next one."""


class Prints(msgspec.Struct, frozen=True):
    """Fingerprints of what decides a verdict beside the hand-in.

    Attributes:
        course: exercise -> all that its verdicts depend on; of every exercise of the course.
        grader: our own code, and what it runs on.
        options: how it is graded.
    """

    course: Mapping[str, str]
    grader: str
    options: str


class HandInDone(msgspec.Struct, frozen=True):
    """What became of a hand-in, for whoever watches.

    Attributes:
        hand_in: which.
        graded: exercises that were graded now.
        known: exercises that had been graded before, on the very same files.
        earned: points of both, of the exercises asked for.
        points: what could be earned.
        fault: why it, or some exercise of it, could not be graded; a sentence.
        seconds: what its checks took.
    """

    hand_in: HandIn
    graded: int = 0
    known: int = 0
    earned: float = 0.0
    points: float = 0.0
    fault: str = ""
    seconds: float = 0.0


class Watch(Protocol):
    """Whoever watches a batch."""

    def begin(self, hand_in: HandIn) -> None:
        """A hand-in is looked at."""

    def check(self, hand_in: HandIn, event: Checked) -> None:
        """A check of it has ended."""

    def end(self, done: HandInDone) -> None:
        """All of it is known."""


def seed_of(base: int, learner: str) -> int:
    """The seed of a learner's inputs: their own, and the same whenever it is asked for.

    What an exercise and a check draw is derived from it, so ``grade EXERCISE --seed N`` repeats it for the learner.
    """
    digest = hashlib.sha256(f"{base}:{learner}".encode(errors="surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % _SEEDS


def about(learner: Learner) -> dict[str, Any]:
    """What the gradebook keeps of a learner beside the key."""
    return {name: getattr(learner, name) for name in ("name", "number", "login", "email", "section")}


class Batch:
    """One run over hand-ins.

    Args:
        course: the course.
        exercises: what is graded.
        options: how; its seed is none's.
        prints: what verdicts depend on.
        seed: of the run, from which each learner's comes.
        never_lower: whether a grading that has more points stays, where it is graded anew.
        watch: whoever watches.

    Attributes:
        ungraded: hand-ins that could not be graded, or not all of them.
        isolation: the weakest that was in force.
    """

    def __init__(
        self,
        course: Course,
        exercises: Sequence[Exercise],
        options: RunOptions,
        prints: Prints,
        seed: int,
        watch: Watch,
        *,
        never_lower: bool = False,
    ) -> None:
        self.course = course
        self.exercises = tuple(exercises)
        self.options = options
        self.prints = prints
        self.seed = seed
        self.watch = watch
        self.never_lower = never_lower
        self.ungraded: list[HandInDone] = []
        self.isolation: Isolation | None = None
        self._environment: Environment | None = None
        self._later: deque[_Begun] = deque()
        self._any_graded = False

    def run(self, book: Gradebook, hand_ins: Iterable[HandIn], executor: Executor, command: str = "") -> int:
        """Grade them; the number of the run. Whatever ends it leaves what is known in the gradebook.

        Raises:
            GraderError: grading could not begin at all: the machine lacks something.
        """
        run = book.begin_run(
            started=now(),
            command=command,
            seed=self.seed,
            options=msgspec.json.encode(self.options).decode(),
            course=fingerprint(*(f"{name}={print_}" for name, print_ in sorted(self.prints.course.items()))),
            grader=self.prints.grader,
        )
        self._book, self._run, self._hand_ins = book, run, iter(hand_ins)
        for ended in executor.run(self._take):
            self._note(ended)
        book.end_run(
            run,
            ended=now(),
            isolation=str(self.isolation or ""),
            environment=msgspec.json.encode(self._environment).decode() if self._environment else "",
        )
        return run

    # -- what is done next --------------------------------------------------------------------------------------

    def _take(self, seat: int) -> Job[Done] | None:
        del seat
        while True:
            begun = self._next()
            if begun is None:
                return None
            if begun.todo:
                return Job(grade_hand_in, (begun.work(self),), begun.hand_in.source, begun.hear)
            self._finish(begun)

    def _next(self) -> _Begun | None:
        """The next hand-in; those that have run out of time come last, so that nobody waits for them."""
        hand_in = next(self._hand_ins, None)
        if hand_in is not None:
            return self._begin(hand_in)
        return self._later.popleft() if self._later else None

    def _begin(self, hand_in: HandIn) -> _Begun:
        self.watch.begin(hand_in)
        content = read_hand_in(hand_in, self.course, {exercise.id for exercise in self.exercises})
        learner = self._book.learner(hand_in.learner.key, **about(hand_in.learner))
        self._book.hand_in(
            learner,
            hand_in.source,
            content.sha256,
            self._run,
            time=hand_in.time,
            marked_late=hand_in.marked_late,
            attempt=hand_in.attempt,
            fault=content.fault,
            notes=self._notes(content),
        )
        if content.submission is not None:
            files = content.submission.files
            self._book.keep_content(content.sha256, {module: file.text for module, file in files.items()})
        return _Begun(self, hand_in, content, learner)

    def _notes(self, content: Content) -> tuple[str, ...]:
        """What is to be said of a hand-in beside its verdicts."""
        if content.submission is None:
            return ()
        older = older_handout(content.submission, self.course)
        return (*content.submission.notes, *([f"{older[0].upper()}{older[1:]}."] if older else []))

    # -- what is known ------------------------------------------------------------------------------------------

    def _note(self, ended: Ended[Done]) -> None:
        begun = ended.job.hear.__self__  # type: ignore[attr-defined]  # the method of the _Begun that made the job
        assert isinstance(begun, _Begun)
        if ended.error is not None:
            if not ended.lost and not self._any_graded:
                raise ended.error  # of the machine, most likely: with the next hand-in it is the same
            begun.lose(str(ended.error))
        else:
            done = ended.result()
            self._any_graded = True
            if done.isolation is not None:
                self.isolation = _weaker(self.isolation, done.isolation)
                self._environment = self._environment or done.environment
        if begun.todo:
            self._later.append(begun)
        else:
            self._finish(begun)

    def _finish(self, begun: _Begun) -> None:
        done = begun.summary()
        if done.fault:
            self.ungraded.append(done)
        self.watch.end(done)


class _Begun:
    """A hand-in that is being graded."""

    def __init__(self, batch: Batch, hand_in: HandIn, content: Content, learner: int) -> None:
        self.hand_in = hand_in
        self._batch = batch
        self._content = content
        self._learner = learner
        self._seed = seed_of(batch.seed, hand_in.learner.key)
        self._numbers: dict[str, int] = {}
        self._checks: dict[str, list[CheckResult]] = {}
        self._at = Begun("", "")
        self._early = True  # nothing of it has been graded in this run
        self._faults: dict[str, str] = {}
        self._status: dict[str, Status] = {}
        self._points: dict[str, tuple[float, float, float]] = {}
        self._prints: dict[str, str] = {}  # exercise -> what its verdict depends on
        self.known = 0
        self.todo: list[str] = []
        if content.submission is not None:
            self._look_up()

    def _look_up(self) -> None:
        """Find out what was graded before, in the very same way."""
        book, prints = self._batch._book, self._batch.prints  # noqa: SLF001 - of one module
        rows = book.query(
            "SELECT exercise, course, status, earned, points, seconds FROM grading "
            "WHERE learner = ? AND content = ? AND grader = ? AND options = ? AND seed = ? AND state = 'done'",
            self._learner, self._content.sha256, prints.grader, prints.options, self._seed,
        )  # fmt: skip
        found = {(row["exercise"], row["course"]): row for row in rows}
        for exercise in self._batch.exercises:
            self._prints[exercise.id] = self._print_of(exercise)
            row = found.get((exercise.id, self._prints[exercise.id]))
            if row is None:
                self.todo.append(exercise.id)
                continue
            self.known += 1
            self._status[exercise.id] = Status(row["status"])
            self._points[exercise.id] = (row["earned"], row["points"], row["seconds"])

    def _print_of(self, exercise: Exercise) -> str:
        """What the verdicts depend on: the exercise, and those that the file builds on, for they may block it."""
        assert self._content.submission is not None
        plan = in_order([exercise], self._content.submission, self._batch.course)
        prints = self._batch.prints.course
        return fingerprint(*(prints[one.id] for one in plan))

    def work(self, batch: Batch) -> Work:
        """What is to be done for it now."""
        assert self._content.submission is not None
        early, self._early = self._early, False
        return Work(
            course=str(batch.course.root),
            exercises=tuple(self.todo),
            submission=self._content.submission,
            options=batch.options,
            seed=self._seed,
            standing=dict(self._status),
            patient=not early,
            grader_print=batch.prints.grader,
            prints={name: batch.prints.course[name] for name in self.todo},
        )

    def hear(self, event: Event) -> None:
        """Write what is told of it."""
        if isinstance(event, Begun):
            self._at = event
        elif isinstance(event, Checked):
            if event.exercise in self.todo:
                self._checks.setdefault(event.exercise, []).append(event.check)
                self._batch._book.add_result(self._number(event.exercise), event.place, event.check)  # noqa: SLF001
                self._batch.watch.check(self.hand_in, event)
        elif event.result.exercise in self.todo:
            self._end(event.result, event.fault)

    def _number(self, exercise: str) -> int:
        if exercise not in self._numbers:
            prints, batch = self._batch.prints, self._batch
            self._numbers[exercise] = batch._book.begin(  # noqa: SLF001 - of one module
                batch._run,  # noqa: SLF001
                learner=self._learner,
                content=self._content.sha256,
                exercise=exercise,
                title=batch.course.exercise(exercise).title,
                course=self._prints[exercise],
                grader=prints.grader,
                options=prints.options,
                seed=self._seed,
            )
        return self._numbers[exercise]

    def _end(self, result: ExerciseResult, fault: str) -> None:
        exercise = result.exercise
        checks = tuple(self._checks.get(exercise, result.checks))
        result = msgspec.structs.replace(result, checks=checks)
        number = self._number(exercise)
        counts = not self._batch.never_lower or not self._was_better(result)
        self._batch._book.end(number, result, fault, counts=counts)  # noqa: SLF001
        self.todo.remove(exercise)
        self._status[exercise] = result.status
        self._points[exercise] = (result.earned, result.points, sum(check.seconds for check in checks))
        if fault:
            self._faults[exercise] = fault

    def _was_better(self, result: ExerciseResult) -> bool:
        rows = self._batch._book.query(  # noqa: SLF001
            "SELECT max(earned) FROM standing WHERE learner = ? AND content = ? AND exercise = ? AND state = 'done'",
            self._learner,
            self._content.sha256,
            result.exercise,
        )
        return rows[0][0] is not None and rows[0][0] > result.earned

    def lose(self, why: str) -> None:
        """Its process has ended: that costs the exercise that it was at, and no other."""
        at = self._at if self._at.exercise in self.todo else Begun(self.todo[0], "start")
        exercise = self._batch.course.exercise(at.exercise)
        self._checks.setdefault(exercise.id, []).append(broken_off(at.check))
        self._end(ExerciseResult(exercise.id, exercise.title, exercise.file), why)

    def summary(self) -> HandInDone:
        """What became of it."""
        points = self._points.values()
        faults = [f"{name}: {fault.splitlines()[0]}" for name, fault in self._faults.items()]
        return HandInDone(
            hand_in=self.hand_in,
            graded=len(self._points) - self.known,
            known=self.known,
            earned=sum(earned for earned, _, _ in points),
            points=sum(points for _, points, _ in points),
            fault=self._content.fault or " ".join(faults),
            seconds=sum(seconds for _, _, seconds in points),
        )


def _weaker(one: Isolation | None, other: Isolation) -> Isolation:
    order = {"none": 0, "partial": 1, "full": 2}
    return other if one is None or order[other.level] < order[one.level] else one
