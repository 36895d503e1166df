"""The Report: what one grading run found, as frozen structs that every rendering reads."""

from __future__ import annotations

import enum

import msgspec


class Verdict(enum.StrEnum):
    """How one check ended. Exactly one of these, always."""

    PASSED = "passed"
    FAILED = "failed"  # an answer came, and it is wrong
    FORBIDDEN = "forbidden"  # the code uses what the exercise forbids
    RAISED = "raised"  # the learner's code raised an exception
    MISSING = "missing"  # the file, or the symbol in it, is not there
    NOT_STARTED = "not started"  # the stub's NotImplementedError
    TIMEOUT = "timeout"  # no answer within the limit
    CRASHED = "crashed"  # the process died: exit, signal, memory
    BROKE_PROTOCOL = "broke protocol"  # what came back was no answer
    BLOCKED = "blocked"  # an exercise it builds on is not done
    GRADER_FAULT = "grader fault"  # our mistake, never the learner's


class Status(enum.StrEnum):
    """How an exercise stands."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_STARTED = "not started"
    BLOCKED = "blocked"
    GRADER_FAULT = "grader fault"


class Visibility(enum.StrEnum):
    """Whether the learner may see expected values."""

    VISIBLE = "visible"
    HIDDEN = "hidden"


class Value(msgspec.Struct, frozen=True):
    """One named value of a counterexample, already rendered on one line."""

    name: str
    text: str


class Finding(msgspec.Struct, frozen=True):
    """What was misunderstood, in words.

    Attributes:
        kind: ``misconception`` (matched the bank), ``pattern`` (a structural law) or ``error`` (size and place only).
        text: one to three sentences for the learner.
        name: the misconception's name in the bank, or the pattern's.
    """

    kind: str
    text: str
    name: str = ""


class Counterexample(msgspec.Struct, frozen=True):
    """An input on which the answer is wrong.

    Attributes:
        inputs: the arguments of the call.
        yours: what the submission answered, or the row of it that differs.
        expected: what is right; None hides it from the learner.
        oracle: who says so, ``autograd``.
        smallest: whether smaller inputs were searched for, and this is the smallest found.
    """

    inputs: tuple[Value, ...] = ()
    yours: str = ""
    expected: str | None = None
    oracle: str = ""
    smallest: bool = True


class Frame(msgspec.Struct, frozen=True):
    """One line of the learner's own files in a traceback."""

    file: str
    line: int
    function: str
    source: str = ""


class Failure(msgspec.Struct, frozen=True):
    """Why a check did not pass.

    Attributes:
        headline: one sentence, always there: what is wrong.
        findings: what was misunderstood; at most one cause and one consequence.
        counterexample: the smallest input that shows it.
        traceback: the learner's own frames, outermost first.
        location: ``path:line`` of the learner's code to look at.
        output: what the learner's code printed during the check, bounded.
    """

    headline: str
    findings: tuple[Finding, ...] = ()
    counterexample: Counterexample | None = None
    traceback: tuple[Frame, ...] = ()
    location: str = ""
    output: str = ""


class CheckResult(msgspec.Struct, frozen=True):
    """One hidden test function (or one case of it) and how it ended."""

    name: str
    demand: str
    verdict: Verdict
    points: float
    visibility: Visibility = Visibility.VISIBLE
    failure: Failure | None = None
    seconds: float = 0.0

    @property
    def earned(self) -> float:
        """The points earned: all or none."""
        return self.points if self.verdict is Verdict.PASSED else 0.0


class ExerciseResult(msgspec.Struct, frozen=True):
    """One exercise: its checks and what they add up to."""

    exercise: str  # "lecture5.cross_entropy"
    title: str
    file: str  # the learner's file, as they would type it
    checks: tuple[CheckResult, ...] = ()
    blocked_by: str = ""
    notes: tuple[str, ...] = ()  # warnings about the file that cost nothing

    @property
    def unit(self) -> str:
        """The unit, ``lecture5``."""
        return self.exercise.partition(".")[0]

    @property
    def name(self) -> str:
        """The exercise within its unit, ``cross_entropy``."""
        return self.exercise.partition(".")[2]

    @property
    def points(self) -> float:
        """The points that could be earned."""
        return sum(check.points for check in self.checks)

    @property
    def earned(self) -> float:
        """The points that were earned."""
        return sum(check.earned for check in self.checks)

    @property
    def status(self) -> Status:
        """The status that the checks' verdicts add up to."""
        verdicts = {check.verdict for check in self.checks}
        if Verdict.GRADER_FAULT in verdicts or not verdicts:
            return Status.GRADER_FAULT
        if verdicts == {Verdict.PASSED}:
            return Status.PASSED
        if self.blocked_by:
            return Status.BLOCKED
        if verdicts <= {Verdict.NOT_STARTED}:
            return Status.NOT_STARTED
        return Status.FAILED


class Isolation(msgspec.Struct, frozen=True):
    """The confinement that was in force, found by trying what it forbids.

    Attributes:
        level: ``full``, ``partial`` or ``none``.
        missing: what is not in force, in words, each with what it would take.
    """

    level: str
    missing: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"partial ({', '.join(self.missing)})" if self.level == "partial" else self.level


class Environment(msgspec.Struct, frozen=True):
    """What the run ran on."""

    gradlings: str = ""
    python: str = ""
    torch: str = ""
    numpy: str = ""
    platform: str = ""


class Report(msgspec.Struct, frozen=True):
    """One grading run.

    Attributes:
        seed: repeats the run's inputs (``--seed``).
        complete: False in the file of a run that was cut short.
        units: (unit, title) in course order, for headings.
        faults: faults of the grader or its machine, in words; exit code 3.
    """

    seed: int
    isolation: Isolation
    exercises: tuple[ExerciseResult, ...] = ()
    units: tuple[tuple[str, str], ...] = ()
    environment: Environment = Environment()
    submission: str = ""
    command: str = ""
    started: str = ""
    seconds: float = 0.0
    complete: bool = True
    faults: tuple[str, ...] = ()
    schema: str = "gradlings/report/v1"

    @property
    def points(self) -> float:
        """The points that could be earned."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def earned(self) -> float:
        """The points that were earned."""
        return sum(exercise.earned for exercise in self.exercises)

    @property
    def exit_code(self) -> int:
        """0 all passed, 1 something failed, 3 the grader failed, or was stopped."""
        if not self.complete or self.faults or any(e.status is Status.GRADER_FAULT for e in self.exercises):
            return 3
        return 0 if self.exercises and all(e.status is Status.PASSED for e in self.exercises) else 1
