"""The Report: what one grading run found, as frozen structs that every rendering reads."""

from __future__ import annotations

import enum
from typing import Final

import msgspec

from grader.names import place_of


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
    BLOCKED = "blocked"  # an exercise that it builds on is not done, or a check that it needs fails
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
        code: the call as Python that can be pasted, where `inputs` do not say all of it; never of a hidden check.
    """

    inputs: tuple[Value, ...] = ()
    yours: str = ""
    expected: str | None = None
    oracle: str = ""
    smallest: bool = True
    code: str = ""


class ErrorMap(msgspec.Struct, frozen=True):
    """Where an answer is wrong, and by how much: |yours − expected|, as a matrix. Never of a hidden check.

    A tensor of more than two axes is folded to its last one: (2, 3, 4) becomes 6 rows of 4.

    Attributes:
        name: what was compared, ``dlogits``.
        shape: its shape.
        errors: at most 32 rows of 32, the largest error of each block of a larger tensor; None is not finite.
        largest: the largest finite error.
        scale: the largest magnitude of what was expected, by which errors of different tensors can be compared.
        tolerance: errors up to here are right.
        wrong: how many numbers are wrong.
        corner: row and column of the folded matrix at which the values below begin.
        yours: at most 8 rows of 8 values around the largest error, as text.
        expected: the same of what is right.
        larger: whether it is of a larger input than the counterexample.
    """

    name: str
    shape: tuple[int, ...]
    errors: tuple[tuple[float | None, ...], ...]
    largest: float
    scale: float
    tolerance: float
    wrong: int
    corner: tuple[int, int] = (0, 0)
    yours: tuple[tuple[str, ...], ...] = ()
    expected: tuple[tuple[str, ...], ...] = ()
    larger: bool = False


class Series(msgspec.Struct, frozen=True):
    """One line of a curve; each value is the mean of an equal stretch of the steps, None is not finite."""

    name: str
    values: tuple[float | None, ...]


class Level(msgspec.Struct, frozen=True):
    """A horizontal line of a curve: ``bigram``, 2.45."""

    name: str
    value: float


class Curve(msgspec.Struct, frozen=True):
    """A training curve that a check recorded.

    Attributes:
        name: what is drawn, ``loss``.
        series: the submission's own (``yours``, or several names), then in a visible check that called ``reference``.
        steps: how many steps it has.
        baselines: what it is measured by.
        band: where its end should lie.
        broken: the first step whose value is not finite.
    """

    name: str
    series: tuple[Series, ...]
    steps: int
    baselines: tuple[Level, ...] = ()
    band: tuple[float, float] | None = None
    broken: int | None = None


class WeightMap(msgspec.Struct, frozen=True):
    """A matrix that a check recorded, such as the weights of an attention head.

    Attributes:
        name: what is drawn, ``attention``.
        shape: its shape.
        rows: at most 32 rows of 32, the largest value of each block of a larger matrix; None is not finite.
        labels: what rows and columns stand for.
    """

    name: str
    shape: tuple[int, int]
    rows: tuple[tuple[float | None, ...], ...]
    labels: tuple[str, ...] = ()


class GraphNode(msgspec.Struct, frozen=True):
    """A node of a graph that the submission built: its name, what stands below, whether it is right, where it leads."""

    name: str
    lines: tuple[str, ...] = ()
    right: bool | None = None
    to: tuple[int, ...] = ()


class BuiltGraph(msgspec.Struct, frozen=True, tag="graph"):
    """A graph that the submission built, such as that of an expression."""

    name: str
    nodes: tuple[GraphNode, ...]


class Points(msgspec.Struct, frozen=True, tag="points"):
    """Points in a plane, over the regions that a model divides it into.

    Attributes:
        name: what is drawn.
        points: (x, y, kind, label).
        span: what is drawn of the plane, (left, right, bottom, top).
        regions: the model's value on a grid over the span, bottom row first; its sign divides the plane.
    """

    name: str
    points: tuple[tuple[float, float, int, str], ...]
    span: tuple[float, float, float, float]
    regions: tuple[tuple[float | None, ...], ...] = ()


class Histogram(msgspec.Struct, frozen=True, tag="histogram"):
    """The shares of equal bins from ``low`` to ``high``, for each series."""

    name: str
    low: float
    high: float
    series: tuple[Series, ...]


Picture = BuiltGraph | Points | Histogram


class Frame(msgspec.Struct, frozen=True):
    """One line of the learner's own files in a traceback."""

    file: str
    line: int
    function: str
    source: str = ""

    @property
    def place(self) -> str:
        """``head.py:3``, or ``hw.ipynb, cell 7, line 3``."""
        return place_of(self.file, self.line)


class Failure(msgspec.Struct, frozen=True):
    """Why a check did not pass.

    Attributes:
        headline: one sentence, always there: what is wrong.
        findings: what was misunderstood; at most one cause and one consequence.
        counterexample: the smallest input that shows it.
        traceback: the learner's own frames, outermost first.
        location: ``path:line`` of the learner's code to look at.
        output: what the learner's code printed during the check, bounded.
        errors: where the answer is wrong, and by how much.
    """

    headline: str
    findings: tuple[Finding, ...] = ()
    counterexample: Counterexample | None = None
    traceback: tuple[Frame, ...] = ()
    location: str = ""
    output: str = ""
    errors: ErrorMap | None = None


GRADER_FAILED: Final = Failure("The grader failed here. This is not your mistake.")


class CheckResult(msgspec.Struct, frozen=True):
    """One hidden test function (or one case of it) and how it ended.

    Attributes:
        bonus: whether "done" does without it; its points are counted apart.
        waits_for: the name of the failed check without which it can mean nothing, and for which it was not run.
        curves: training curves that it recorded, also when it passed.
        maps: matrices that it recorded.
        pictures: what else it recorded.
    """

    name: str
    demand: str
    verdict: Verdict
    points: float
    visibility: Visibility = Visibility.VISIBLE
    failure: Failure | None = None
    seconds: float = 0.0
    curves: tuple[Curve, ...] = ()
    maps: tuple[WeightMap, ...] = ()
    bonus: bool = False
    waits_for: str = ""
    pictures: tuple[Picture, ...] = ()

    @property
    def is_more(self) -> bool:
        """Whether it is a bonus that was tried for and not earned: no failure, but something more to do."""
        calm = {Verdict.PASSED, Verdict.NOT_STARTED, Verdict.BLOCKED, Verdict.GRADER_FAULT}
        return self.bonus and self.verdict not in calm

    @property
    def earned(self) -> float:
        """The points earned: all or none."""
        return self.points if self.verdict is Verdict.PASSED else 0.0


class Sums:
    """The points of some checks, those of a bonus apart; what has ``checks`` has them, too."""

    __slots__ = ()
    checks: tuple[CheckResult, ...]

    @property
    def points(self) -> float:
        """The points that could be earned."""
        return sum(check.points for check in self.checks if not check.bonus)

    @property
    def earned(self) -> float:
        """The points that were earned."""
        return sum(check.earned for check in self.checks if not check.bonus)

    @property
    def bonus_points(self) -> float:
        """The points that could be earned besides."""
        return sum(check.points for check in self.checks if check.bonus)

    @property
    def bonus_earned(self) -> float:
        """The points that were earned besides."""
        return sum(check.earned for check in self.checks if check.bonus)


class ExerciseResult(Sums, msgspec.Struct, frozen=True):
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
    def status(self) -> Status:
        """The status that the checks' verdicts add up to; a bonus that is not earned takes nothing from it."""
        if any(check.verdict is Verdict.GRADER_FAULT for check in self.checks) or not self.checks:
            return Status.GRADER_FAULT
        verdicts = {check.verdict for check in self.checks if not check.bonus} or {c.verdict for c in self.checks}
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
        refused: why nothing was graded: a hand-in in which nothing is recognised, a call that is wrong; exit code 2.
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
    refused: str = ""
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
    def bonus_points(self) -> float:
        """The points that could be earned besides."""
        return sum(exercise.bonus_points for exercise in self.exercises)

    @property
    def bonus_earned(self) -> float:
        """The points that were earned besides."""
        return sum(exercise.bonus_earned for exercise in self.exercises)

    @property
    def exit_code(self) -> int:
        """0 all passed, 1 something failed, 2 nothing could be graded, 3 the grader failed, or was stopped."""
        if self.refused:
            return 2
        if not self.complete or self.faults or any(e.status is Status.GRADER_FAULT for e in self.exercises):
            return 3
        return 0 if self.exercises and all(e.status is Status.PASSED for e in self.exercises) else 1
