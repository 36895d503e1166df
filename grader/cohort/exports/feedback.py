"""Feedback to give back: a page a learner with what the checks found, and a short text with what the policies did."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from grader.cohort.exports.class_grades import ClassGrades, number
from grader.cohort.exports.file_names import Naming
from grader.cohort.exports.in_words import exercise_line, grade_lines
from grader.cohort.gradebook import Gradebook
from grader.cohort.records import GradingRow, HandInRow, LearnerRow, RunRow
from grader.course import Course
from grader.graph import Graph
from grader.reports.model import CheckResult, Environment, ExerciseResult, Isolation, Report, Visibility

PAGE, TEXT = "feedback.html", "grade.txt"


class Feedback(msgspec.Struct, frozen=True):
    """A learner's files, by their names; none where the platform would not know whose they are."""

    learner: LearnerRow
    files: tuple[tuple[str, bytes], ...]


def feedback(book: Gradebook, grades: ClassGrades, course: Course, naming: Naming) -> Iterator[Feedback]:
    """Make the feedback of each learner in turn.

    A page is made of the learner's own rows alone. Of a hidden check it shows what the gradebook has, which is no
    expected value; of paths what is below the hand-in.
    """
    material = _Material(book, course)
    for learner in grades.learners:
        prefix = naming(learner, _counted_last(grades, learner))
        if not prefix:
            yield Feedback(learner, ())
            continue
        files = [(f"{prefix}{TEXT}", grade_text(grades, learner).encode(errors="backslashreplace"))]
        page = material.page(grades, learner)
        if page:
            files.insert(0, (f"{prefix}{PAGE}", page))
        yield Feedback(learner, tuple(files))


def grade_text(grades: ClassGrades, learner: LearnerRow) -> str:
    """What a learner has, and why, in plain text."""
    lines: list[str] = []
    for grade in grades.grades[learner.id]:
        lines += [*grade_lines(grade, grades), *(exercise_line(e) for e in grade.exercises if e.grading), ""]
    if len(grades.units) > 1:
        total, maximum = grades.total(learner)
        lines.append(f"total: {number(total)} of {number(maximum)}")
    return "\n".join(lines).rstrip() + "\n"


def _counted_last(grades: ClassGrades, learner: LearnerRow) -> list[HandInRow]:
    """The hand-ins, and at the end those that count: a platform takes feedback back beside these."""
    counting = {grade.hand_in for grade in grades.grades[learner.id]}
    return sorted(grades.of_learner[learner.id], key=lambda hand_in: hand_in.id in counting)


class _Material:
    """What the pages of all learners are made of."""

    def __init__(self, book: Gradebook, course: Course) -> None:
        self._book = book
        self._gradings = {grading.id: grading for grading in book.standing()}
        self._runs = {run.id: run for run in book.runs()}
        self._units = tuple((unit.name, unit.title) for unit in course.units)
        stubs = {exercise.id: exercise.stub for exercise in course.exercises if exercise.stub.is_file()}
        self._tasks = {exercise: stub.read_text("utf-8") for exercise, stub in stubs.items()}
        self._graphs: Mapping[str, Graph] = {e.id: e.graph for e in course.exercises if e.graph}

    def page(self, grades: ClassGrades, learner: LearnerRow) -> bytes:
        """A learner's page; empty where nothing was graded."""
        from grader.reports.html import to_html

        results: list[ExerciseResult] = []
        rows: list[GradingRow] = []
        for grade in grades.grades[learner.id]:
            for exercise in grade.exercises:
                row = self._gradings.get(exercise.grading)
                if row is not None:
                    source = grades.hand_ins[grade.hand_in].source
                    results.append(as_theirs(_kept_hidden(self._book.result_of(row)), source))
                    rows.append(row)
        if not rows:
            return b""
        run = self._runs[max(row.run for row in rows)]
        report = Report(
            seed=rows[0].seed,
            isolation=_isolation(run),
            exercises=tuple(results),
            units=self._units,
            environment=_environment(run),
        )
        return to_html(report, self._tasks, self._graphs, {row.exercise: row.seed for row in rows})


def _kept_hidden(result: ExerciseResult) -> ExerciseResult:
    """A result whose hidden checks show no expected value: the grader records none, and here none would pass."""
    checks = tuple(
        _without_answers(check) if check.visibility is Visibility.HIDDEN else check for check in result.checks
    )
    return result if checks == result.checks else msgspec.structs.replace(result, checks=checks)


def _without_answers(check: CheckResult) -> CheckResult:
    failure = check.failure
    if failure is not None:
        example = failure.counterexample
        if example is not None:
            example = msgspec.structs.replace(example, expected=None)
        failure = msgspec.structs.replace(failure, counterexample=example, errors=None)
    curves = tuple(
        msgspec.structs.replace(c, series=tuple(s for s in c.series if s.name == "yours"), band=None)
        for c in check.curves
    )
    return msgspec.structs.replace(check, failure=failure, curves=curves, maps=(), pictures=())


def as_theirs(result: ExerciseResult, source: str) -> ExerciseResult:
    """A result in which files are named as the learner knows them, and no folder of the instructor's is.

    ``/home/prof/hand-ins/kim/lecture5/linear.py`` -> ``lecture5/linear.py``, wherever it stands.

    Args:
        result: as it was graded.
        source: where the hand-in came from.
    """
    folder, _, name = result.file.rpartition("/")
    below = f"{result.unit}/" if folder.rpartition("/")[2] == result.unit else ""
    changes = {result.file: f"{below}{name}"}
    if "/" in folder:  # a folder of one word may be a part of any other
        changes[f"{folder}/"] = below
    above = source.rstrip("/").rpartition("/")[0]
    if "/" in above:
        changes[f"{above}/"] = ""
    changes = {theirs: ours for theirs, ours in changes.items() if theirs != ours}
    encoded = msgspec.json.encode(result).decode()
    if not any(json.dumps(theirs, ensure_ascii=False)[1:-1] in encoded for theirs in changes):
        return result
    return msgspec.convert(_renamed(msgspec.to_builtins(result), changes), ExerciseResult)


def _renamed(node: Any, changes: Mapping[str, str]) -> Any:
    match node:
        case str():
            for theirs, ours in changes.items():
                node = node.replace(theirs, ours)
            return node
        case dict():
            return {key: _renamed(value, changes) for key, value in node.items()}
        case list() | tuple():
            return [_renamed(item, changes) for item in node]
        case _:
            return node


def _isolation(run: RunRow) -> Isolation:
    """Of ``partial (no namespaces)`` the level; what a run has not noted is not claimed."""
    level, _, missing = run.isolation.partition(" (")
    return Isolation(level or "none", tuple(missing.removesuffix(")").split(", ")) if missing else ())


def _environment(run: RunRow) -> Environment:
    try:
        return msgspec.json.decode(run.environment, type=Environment)
    except msgspec.DecodeError:  # a run that was killed before it knew
        return Environment()
