"""Grading the cells of a notebook, in a process of a pool that stays warm; the notebook's own has no part in it."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grader.course import SourceFile, Submission, read_submission
from grader.course.cells_run import notebook_now
from grader.course.definitions import bound_at_top
from grader.course.notebooks import defined_in, plain_python
from grader.course.stubs import stub_of
from grader.errors import UsageError
from grader.session.options import RunOptions
from grader.study.page import as_text, framed, html_page

if TYPE_CHECKING:
    from grader.course import Exercise
    from grader.session.pool_process import Place

_FILE = "notebook.ipynb"  # what messages call it: a kernel knows no name
_WIDTH = 100


class Asked(msgspec.Struct, frozen=True):
    """What a notebook wants graded.

    Attributes:
        course: the course's folder; empty for the grader's own.
        names: units and exercises.
        cells: all that was run so far, as it was typed, each at the place of its number.
        alone: the text of the cell that is to define what is graded; empty where any may.
        seed: repeats the inputs of a run.
        verbose: whether the text has every check.
    """

    course: str
    names: tuple[str, ...]
    cells: tuple[str, ...]
    alone: str = ""
    seed: int | None = None
    verbose: bool = False


class Shown(msgspec.Struct, frozen=True):
    """The report, as a notebook shows it, and as text where it cannot."""

    html: str
    text: str


def grade_cells(place: Place, asked: Asked) -> Shown:
    """Grade what a notebook defines.

    Raises:
        UsageError: there is no such exercise, or the cell defines nothing of it.
        GraderError: grading could not begin.
    """
    course = place.course(_root(asked.course))
    exercises = course.resolve(asked.names)
    if asked.alone:
        _demand_own(exercises, asked.alone)
    with tempfile.TemporaryDirectory(prefix="gradlings-") as name:
        folder = Path(name)
        (folder / _FILE).write_bytes(notebook_now(asked.cells))
        wanted = {exercise.id for exercise in exercises}
        try:
            submission = read_submission(folder / _FILE, course, wanted, within=folder)
        except UsageError:  # no cell defines anything of them yet: all are as they were handed out
            if len(exercises) == 1:
                raise
            submission = Submission(folder, {}, alone=_FILE)
    stubs = {e.id: _stub(e) for e in exercises if e.id not in submission.files and len(exercises) > 1}
    submission = dataclasses.replace(submission, files={**submission.files, **stubs})
    session = place.session(course, exercises[0], RunOptions())
    report = session.grade(exercises, submission, asked.seed)
    report = msgspec.structs.replace(report, submission=_FILE)
    text = as_text(report, _WIDTH, verbose=asked.verbose)
    return Shown(framed(html_page(report, exercises), f"{', '.join(asked.names)}: {report.earned:g} points"), text)


def _stub(exercise: Exercise) -> SourceFile:
    """What an exercise is as long as no cell defines any of it: not started."""
    return SourceFile(exercise.id, _FILE, stub_of(exercise.id, exercise.solution, exercise.stub))


def _root(course: str) -> Path:
    from grader.course import find_course

    return Path(course) if course else find_course(None).root


def _demand_own(exercises: tuple[Exercise, ...], cell: str) -> None:
    """Refuse a cell that defines nothing of an exercise: what one above it defines would be graded in its place."""
    text = plain_python(cell)
    own = bound_at_top(text) | set(defined_in(text))
    for exercise in exercises:
        if exercise.symbols and own.isdisjoint(exercise.symbols):
            wanted = " nor ".join(list(exercise.symbols)[:3])
            raise UsageError(
                f"This cell defines {'neither ' if ' nor ' in wanted else 'no '}{wanted}, of {exercise.id}. "
                f"`%grade {exercise.id}` grades what the cells so far define, together."
            )
