"""`grade validate`: prove that a course can be trusted."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.options import NamedPath, course_option, isolation_option
from grader.course import Course, Exercise, find_course

if TYPE_CHECKING:
    from grader.author.validate import Conduct, Validation
    from grader.diagnosis.bank import Misconception
    from grader.reports.model import ExerciseResult


_STABILITY_SEEDS = 20


@click.command()
@click.argument("names", nargs=-1, metavar="[UNIT…]")
@click.option(
    "--seeds",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help="Seeds to grade the solutions with.",
)
@click.option(
    "--repeat",
    "times",
    type=click.IntRange(1),
    help="Only grade the solutions, so many times, training checks included: finds a check that flakes.",
)
@click.option(
    "--stability",
    is_flag=True,
    help=f"Grade every misconception with {_STABILITY_SEEDS} seeds: the same checks must fail with each. Else with 2.",
)
@click.option(
    "--gallery",
    type=NamedPath(),
    help="Write into this folder, or file ….md, what learners are told of each misconception (docs/gallery).",
)
@click.option(
    "--diagnosis",
    is_flag=True,
    help="Put the diagnosis on trial too: 2,000 random wrong answers, and what is said of them must be true.",
)
@click.option(
    "--mutants",
    is_flag=True,
    help="Only grade machine-made mistakes: each solution with one small edit, or with bad conduct. 98 % must fail.",
)
@click.option(
    "--json",
    "json_path",
    type=NamedPath(dir_okay=False),
    help="Write into this file what became of each machine-made mistake.",
)
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw the matrix without Unicode.")
@click.option(
    "-j", "--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, help="Exercises at a time; all cores."
)
@isolation_option
@course_option
def validate(
    names: tuple[str, ...],
    seeds: int,
    times: int | None,
    stability: bool,
    gallery: Path | None,
    diagnosis: bool,
    mutants: bool,
    json_path: Path | None,
    ascii_only: bool,
    jobs: int,
    isolation: str,
    course_path: Path | None,
) -> int:
    """Prove a course: solutions pass, stubs are "not started", wrong answers are rejected and named."""
    from grader.author.validate import Conduct, repeat
    from grader.author.validate import validate as prove

    course = find_course(course_path)
    exercises = course.resolve(names)
    how = Conduct(_progress(), isolation, jobs, *([_STABILITY_SEEDS] if stability else []))
    if json_path is not None and not mutants:
        raise click.UsageError("--json goes with --mutants.")
    if mutants:
        return _try_mutants(course, exercises, how, json_path)
    result = prove(course, exercises, seeds, how) if times is None else repeat(course, exercises, times, how)
    _clear()
    from grader.reports.matrix import matrix_text

    if times is None:
        click.echo(matrix_text(result.matrix, ascii_only=ascii_only))
        click.echo(
            f"{len(exercises)} exercises · solutions graded with {result.runs} seeds · "
            f"{len(result.matrix.rows)} misconceptions · {result.alternatives} alternatives · "
            f"{result.trivial} answers without thought · {result.seconds:.0f} s"
        )
    else:
        click.echo(f"{len(exercises)} solutions · every check, {times} times each · {result.seconds:.0f} s")
    if result.costs:
        slowest = sorted(result.costs, key=lambda cost: -cost[1])[:5]
        click.echo("slowest: " + ", ".join(f"{exercise} {seconds:.0f} s" for exercise, seconds in slowest))
    for problem in result.problems:
        where = f"{problem.exercise}: " if problem.exercise else ""
        click.echo(f"  ✗ {where}{problem.text}" if not ascii_only else f"  x {where}{problem.text}")
    problems = len(result.problems)
    if gallery is not None:
        problems += _write_gallery(gallery, course, result)
    if diagnosis:
        problems += _try_diagnosis(course, exercises, result, isolation)
    proved = "This course proves itself." if times is None else "No check failed."
    click.echo(proved if not problems else f"{problems} problems.")
    return 1 if problems else 0


def _write_gallery(path: Path, course: Course, result: Validation) -> int:
    """Bring the gallery up to date; the number of messages that are too long."""
    from grader.author.gallery import write_gallery

    told: dict[str, list[tuple[Misconception, ExerciseResult]]] = {}
    for answer in result.wrong_answers:
        told.setdefault(answer.result.exercise, []).append((answer.misconception, answer.result))
    troubles = write_gallery(path, course, told)
    for trouble in troubles:
        click.echo(f"  {trouble}")
    click.echo(f"The messages of {len(result.wrong_answers)} misconceptions are in {path}.")
    return len(troubles)


def _try_mutants(course: Course, exercises: Sequence[Exercise], how: Conduct, json_path: Path | None) -> int:
    """Print what became of machine-made mistakes; 1 where too many pass."""
    import msgspec

    from grader.author.mutants import try_mutants
    from grader.reports.mutation import LEAST_SCORE, lines

    result = try_mutants(course, exercises, how)
    _clear()
    for line in lines(result):
        click.echo(line)
    for problem in result.problems:
        click.echo(f"  {problem}")
    if json_path is not None:
        json_path.write_bytes(msgspec.json.format(msgspec.json.encode(result)) + b"\n")
    tally = result.tally()
    click.echo(
        f"\n{tally.killed} of {tally.made - tally.out} mutants that are wrong fail a check "
        f"({100 * tally.score:.1f} %, {100 * LEAST_SCORE:.0f} % wanted) · "
        f"{tally.conducts_killed} of {tally.conducts} by conduct (all wanted) · {result.seconds:.0f} s"
    )
    return 0 if result.is_enough else 1


def _try_diagnosis(course: Course, exercises: Sequence[Exercise], result: Validation, isolation: str) -> int:
    """Print how many misconceptions are named, and what is said of random wrong answers; the number of false ones."""
    from grader.author.diagnosis_trial import lines, try_diagnosis
    from grader.reports.matrix import Fate
    from grader.session.grading import Session
    from grader.session.options import RunOptions

    rows = result.matrix.rows
    named = sum(row.verdict is Fate.NAMED for row in rows)
    share = f" ({100 * named / len(rows):.0f} %)" if rows else ""
    click.echo(f"diagnosis: {named} of {len(rows)} misconceptions named{share}")
    with Session(course, exercises, RunOptions(alone=True, isolation=isolation)) as session:
        trial = try_diagnosis(session, course, exercises, say=_progress())
    _clear()
    for line in lines(trial):
        click.echo(line)
    return len(trial.false)


def _progress() -> Callable[[str], None]:
    if not sys.stderr.isatty():
        return lambda _: None

    def say(text: str) -> None:
        sys.stderr.write(f"\r\033[K{text[:100]}")
        sys.stderr.flush()

    return say


def _clear() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
