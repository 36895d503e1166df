"""`grade validate`: prove that a course can be trusted."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import click

from grader.cli.options import course_option, isolation_option
from grader.course import find_course


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
    ascii_only: bool,
    jobs: int,
    isolation: str,
    course_path: Path | None,
) -> int:
    """Prove a course: solutions pass, stubs are "not started", wrong answers are rejected and named."""
    from grader.author.validate import repeat, validate_in_parallel
    from grader.author.validate import validate as prove

    course = find_course(course_path)
    exercises = course.resolve(names)
    if times is not None:
        result = repeat(course, exercises, times, _progress(), isolation)
    elif jobs == 1 or len(exercises) == 1:
        result = prove(course, exercises, seeds, _progress(), isolation)
    else:
        result = validate_in_parallel(course, exercises, seeds, _progress(), isolation, jobs)
    _clear()
    from grader.reports.matrix import matrix_text

    if times is None:
        click.echo(matrix_text(result.matrix, ascii_only=ascii_only))
    click.echo(
        f"{len(exercises)} exercises · solutions graded with {result.runs} seeds · "
        f"{len(result.matrix.rows)} misconceptions · {result.alternatives} alternatives · "
        f"{result.trivial} answers without thought · {result.seconds:.0f} s"
    )
    for problem in result.problems:
        where = f"{problem.exercise}: " if problem.exercise else ""
        click.echo(f"  ✗ {where}{problem.text}" if not ascii_only else f"  x {where}{problem.text}")
    click.echo("This course proves itself." if not result.problems else f"{len(result.problems)} problems.")
    return 1 if result.problems else 0


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
