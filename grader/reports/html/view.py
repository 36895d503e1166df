"""What the page shows of a report, in the order and grouping in which it shows it."""

from __future__ import annotations

import ast
import functools
import json
import re
from collections.abc import Iterator, Mapping

import msgspec

from grader.graph import Graph
from grader.reports.model import (
    CheckResult,
    Counterexample,
    ErrorMap,
    ExerciseResult,
    Report,
    Status,
    Sums,
    Verdict,
)
from grader.reports.repeat import repeat_command
from grader.reports.text import sanitize
from grader.reports.text_page import has_details, same_failure, waiting_by_name, waiting_for

_LONGEST_MATRIX = 2_000  # characters of a value that are read as a matrix
_MOST_FRAMES = 12

MARKS = {
    Status.PASSED: "✓",
    Status.FAILED: "✗",
    Status.NOT_STARTED: "·",
    Status.BLOCKED: "◌",
    Status.GRADER_FAULT: "!",
}
_CLASSES = {
    Status.PASSED: "passed",
    Status.FAILED: "failed",
    Status.NOT_STARTED: "idle",
    Status.BLOCKED: "blocked",
    Status.GRADER_FAULT: "fault",
}
_CALM = {
    Verdict.PASSED: Status.PASSED,
    Verdict.NOT_STARTED: Status.NOT_STARTED,
    Verdict.BLOCKED: Status.BLOCKED,
    Verdict.GRADER_FAULT: Status.GRADER_FAULT,
}
_EARNED, _MORE = "★", "☆"  # a bonus


class Cell(msgspec.Struct, frozen=True):
    """One number of a matrix, and whether it differs from the one it is compared with."""

    text: str
    differs: bool


class Matrix(msgspec.Struct, frozen=True):
    """A value that can be set as a table; `first_row` and `first_column` number its rows and columns."""

    rows: tuple[tuple[Cell, ...], ...]
    first_row: int = 0
    first_column: int = 0


class Side(msgspec.Struct, frozen=True):
    """One of the values that stand side by side: as a matrix, or as text where it is none."""

    name: str
    text: str
    matrix: Matrix | None = None


class Task(msgspec.Struct, frozen=True):
    """What a stub asks for: its docstring, and (signature, docstring) of each part."""

    text: str
    parts: tuple[tuple[str, str], ...] = ()


class CheckView(Sums, msgspec.Struct, frozen=True):
    """A check, or several that failed for one reason."""

    anchor: str
    checks: tuple[CheckResult, ...]
    waiting: tuple[CheckResult, ...] = ()  # what was not run for it

    @property
    def is_more(self) -> bool:
        """Whether it asks for a bonus that is still to be earned."""
        return all(check.is_more for check in self.checks)

    @property
    def first(self) -> CheckResult:
        """The check that is told."""
        return self.checks[0]

    @property
    def kind(self) -> str:
        """The class of its colours."""
        return "more" if self.is_more else _CLASSES[_CALM.get(self.first.verdict, Status.FAILED)]

    @property
    def mark(self) -> str:
        """The mark before its demand."""
        if self.first.bonus and self.first.verdict is Verdict.PASSED:
            return _EARNED
        return _MORE if self.is_more else MARKS[_CALM.get(self.first.verdict, Status.FAILED)]

    @property
    def frames(self) -> tuple[object, ...]:
        """The innermost lines of the traceback."""
        return self.first.failure.traceback[-_MOST_FRAMES:] if self.first.failure else ()

    @property
    def example(self) -> ExampleView | None:
        """The counterexample, set for the page."""
        failure = self.first.failure
        if failure is None or failure.counterexample is None:
            return None
        return _example(failure.counterexample, whole=self.around is None or self._larger)

    @property
    def around(self) -> tuple[Side, Side] | None:
        """The values around the largest error, where the counterexample does not show them whole."""
        errors = self.first.failure.errors if self.first.failure else None
        if errors is None or not errors.yours or (self._shown_whole and not errors.larger):
            return None
        return _around(errors)

    @property
    def _larger(self) -> bool:
        failure = self.first.failure
        return failure is not None and failure.errors is not None and failure.errors.larger

    @property
    def _shown_whole(self) -> bool:
        example = self.first.failure.counterexample if self.first.failure else None
        return example is not None and example.expected is not None and _cells(example.expected) is not None


class ExampleView(msgspec.Struct, frozen=True):
    """A counterexample: the input, the two answers, and a word on what is not shown."""

    title: str
    inputs: tuple[Side, ...]
    answers: tuple[Side, ...]
    kept: bool  # whether the check keeps what it expects to itself
    code: str = ""  # the call as Python


class ExerciseView(msgspec.Struct, frozen=True):
    """One exercise."""

    result: ExerciseResult
    repeat: str
    task: Task | None
    graph: Graph | None

    @property
    def mark(self) -> str:
        """The mark before its name."""
        return MARKS[self.result.status]

    @property
    def kind(self) -> str:
        """The class of its colours."""
        return _CLASSES[self.result.status]

    @property
    def told(self) -> list[CheckView]:
        """The checks with something to tell: those that failed, and those that drew something; a bonus last."""
        views: list[CheckView] = []
        by_name = waiting_by_name(self.result.checks)
        for group in same_failure(self.result.checks):
            first = group[0]
            fault = first.verdict is Verdict.GRADER_FAULT
            if has_details(first) or fault or first.curves or first.maps or first.pictures:
                waiting = tuple(waiting_for(group, by_name))
                views.append(CheckView(f"{self.result.exercise}-{len(views) + 1}", tuple(group), waiting))
        return sorted(views, key=lambda view: view.is_more)

    @property
    def quiet(self) -> list[tuple[str, str, str, list[CheckResult]]]:
        """The other checks by how they ended: (class, mark, words, checks)."""
        told = {id(check) for view in self.told for check in (*view.checks, *view.waiting)}
        groups = []
        for verdict in (Verdict.PASSED, Verdict.NOT_STARTED, Verdict.BLOCKED):
            checks = [c for c in self.result.checks if c.verdict is verdict and id(c) not in told]
            if checks:
                status = _CALM[verdict]
                words = "not run" if verdict is Verdict.BLOCKED and checks[0].waits_for else verdict.value
                groups.append((_CLASSES[status], MARKS[status], words, checks))
        return groups


class View:
    """The whole report.

    Args:
        report: the report.
        tasks: the stub of each exercise, by its id.
        graphs: the graph of each exercise that has one, by its id.
        seeds: the seed of each exercise, by its id, where they are not all the report's.
    """

    def __init__(
        self, report: Report, tasks: Mapping[str, str], graphs: Mapping[str, Graph], seeds: Mapping[str, int]
    ) -> None:
        self.report = report
        self.has_one_seed = set(seeds.values()) <= {report.seed}
        present = {exercise.unit for exercise in report.exercises}
        self.units = {unit: title for unit, title in report.units if unit in present}
        self.exercises = [
            ExerciseView(
                exercise,
                repeat_command(report, exercise.exercise, seeds.get(exercise.exercise)),
                _task(tasks[exercise.exercise]) if exercise.exercise in tasks else None,
                graphs.get(exercise.exercise),
            )
            for exercise in report.exercises
        ]

    @property
    def done(self) -> int:
        """How many exercises are done."""
        return sum(exercise.status is Status.PASSED for exercise in self.report.exercises)

    @property
    def title(self) -> str:
        """What was graded: ``lecture5``, or the exercises' units."""
        units = list(dict.fromkeys(exercise.unit for exercise in self.report.exercises))
        return (", ".join(units) or "no exercise") if len(units) < 4 else f"{len(units)} units"

    @property
    def following(self) -> ExerciseResult | None:
        """The exercise to turn to next."""
        waiting = (e for e in self.report.exercises if e.status in {Status.FAILED, Status.NOT_STARTED})
        return next(waiting, None)

    @property
    def has_errors(self) -> bool:
        """Whether an error map is drawn, and its colours need a legend."""
        return any(c.failure and c.failure.errors for e in self.report.exercises for c in e.checks)


@functools.lru_cache(maxsize=256)  # the pages of a class tell the same tasks
def _task(stub: str) -> Task:
    """A stub taken apart; as it stands where it cannot be."""
    try:
        module = ast.parse(stub)
    except SyntaxError:
        return Task(stub)
    return Task(ast.get_docstring(module) or "", tuple(_parts(module, stub.splitlines(), "")))


def _parts(node: ast.Module | ast.ClassDef, lines: list[str], prefix: str) -> Iterator[tuple[str, str]]:
    """The signature and the docstring of each function and class that has one."""
    for item in node.body:
        if not isinstance(item, ast.FunctionDef | ast.ClassDef):
            continue
        text = ast.get_docstring(item)
        if text:
            head = " ".join(line.strip() for line in lines[item.lineno - 1 : item.body[0].lineno - 1])
            signature = head.removesuffix(":").replace("( ", "(").replace(", )", ")")
            yield f"{prefix}{signature}", text
        if isinstance(item, ast.ClassDef):
            yield from _parts(item, lines, f"{item.name}: ")


def _example(example: Counterexample, *, whole: bool) -> ExampleView:
    """Lay a counterexample out; without the answers where they stand beside the error map."""
    inputs = tuple(Side(value.name, value.text, _matrix(value.text, None)) for value in example.inputs)
    answers: list[Side] = []
    if example.yours and whole:
        answers.append(Side("yours", example.yours, _matrix(example.yours, example.expected)))
    if example.expected is not None and whole:
        name = f"expected ({example.oracle})" if example.oracle else "expected"
        answers.append(Side(name, example.expected, _matrix(example.expected, example.yours)))
    return ExampleView(
        "Smallest input that shows it" if example.smallest else "Input that shows it",
        inputs,
        tuple(answers),
        bool(example.yours) and example.expected is None,
        example.code,
    )


def _around(errors: ErrorMap) -> tuple[Side, Side]:
    def side(name: str, ours: tuple[tuple[str, ...], ...], other: tuple[tuple[str, ...], ...]) -> Side:
        rows = tuple(
            tuple(Cell(a, a != b) for a, b in zip(row, against, strict=True))
            for row, against in zip(ours, other, strict=True)
        )
        return Side(name, "", Matrix(rows, *errors.corner))

    return side("yours", errors.yours, errors.expected), side("expected", errors.expected, errors.yours)


_WORDS_OF_NUMBERS = {"nan": "NaN", "inf": "Infinity"}
_NOT_FINITE = re.compile(r"(?<![\w\"])(nan|inf)(?!\w)")


def _matrix(text: str, other: str | None) -> Matrix | None:
    """A vector or matrix of numbers, with what differs from the other one; None where the text is no such thing."""
    cells = _cells(text)
    if cells is None:
        return None
    against = _cells(other) if other is not None else None
    if against is None or [len(row) for row in against] != [len(row) for row in cells]:
        against = cells
    rows = (
        tuple(Cell(a, a != b) for a, b in zip(row, right, strict=True))
        for row, right in zip(cells, against, strict=True)
    )
    return Matrix(tuple(rows))


def _cells(text: str) -> list[list[str]] | None:
    """``[[1, 0.5], [2, nan]]`` as rows of texts; numbers stay as they are written."""
    if len(text) > _LONGEST_MATRIX or not text.startswith("["):
        return None
    readable = _NOT_FINITE.sub(lambda match: _WORDS_OF_NUMBERS[match[1]], text)
    try:
        value = json.loads(readable, parse_int=_as_written, parse_float=_as_written, parse_constant=_constant)
    except (ValueError, RecursionError):
        return None
    rows = value if all(isinstance(row, list) for row in value) else [value]
    fits = rows and rows[0] and all(len(row) == len(rows[0]) for row in rows)
    if not fits or not all(isinstance(cell, _Written) for row in rows for cell in row):
        return None
    return [[str(cell) for cell in row] for row in rows]


class _Written(str):
    """A number as it was written."""

    __slots__ = ()


def _as_written(text: str) -> _Written:
    return _Written(sanitize(text))


def _constant(name: str) -> _Written:
    return _Written({"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}[name])
