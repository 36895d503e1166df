"""`grade ci`: what a platform needs to grade by this course."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from grader.cli.completing import units_and_exercises
from grader.cli.options import NamedPath, course_option
from grader.course import find_course
from grader.course.find import own_course
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.author.ci import Plan

_F = TypeVar("_F", bound=Callable[..., Any])


def _what(function: _F) -> _F:
    """What all of them are told."""
    options = (
        click.argument("names", nargs=-1, metavar="UNIT|UNIT.EXERCISE|all …", shell_complete=units_and_exercises),
        click.option(
            "--install",
            default="",
            metavar="REQUIREMENT",
            help="What pip installs as the grader: a requirement, an address, or for an archive a wheel. "
            "Without it: this version.",
        ),
        course_option,
    )
    for option in reversed(options):
        function = option(function)
    return function


def _in_repository(function: _F) -> _F:
    """Where the work lies, for what grades repositories."""
    return click.option(
        "--submission",
        default="exercises",
        show_default=True,
        help="Where the work lies in a learner's repository.",
    )(function)


def _fetched(function: _F) -> _F:
    """Where a course of one's own is fetched from."""
    for option in (
        click.option("--at", "ref", default="", metavar="COMMIT", help="Its version there: a commit, or a tag."),
        click.option(
            "--repository",
            default="",
            metavar="OWNER/NAME",
            help="Where the course of --course is fetched from: a repository that learners cannot write.",
        ),
    ):
        function = option(function)
    return function


@click.group("ci", no_args_is_help=True)
def ci() -> None:
    """Write what a platform needs to grade by this course. Nothing is overwritten; docs/ci.md has each step by step."""


@ci.command()
@_what
@_in_repository
@_fetched
@click.option("--output", type=NamedPath(dir_okay=False), default=".github/workflows/grade.yml", show_default=True)
def github(names: tuple[str, ...], output: Path, **options: Any) -> None:
    """Write a workflow for learners' repositories on GitHub."""
    from grader.author.ci import github as make

    _write(output, make(_plan(names, **options)))
    click.echo(f"{output}. Commit it to the repository that learners begin from.")


@ci.command()
@_what
@_in_repository
@_fetched
@click.option("--output", type=NamedPath(dir_okay=False), default=".gitlab-ci.yml", show_default=True)
def gitlab(names: tuple[str, ...], output: Path, **options: Any) -> None:
    """Write a pipeline for learners' projects on GitLab."""
    from grader.author.ci import gitlab as make

    _write(output, make(_plan(names, **options)))
    click.echo(f"{output}. Commit it to the project that learners begin from.")


@ci.command()
@_what
@click.option("--output", type=NamedPath(dir_okay=False), default="autograder.zip", show_default=True)
def gradescope(names: tuple[str, ...], output: Path, **options: Any) -> None:
    """Write the archive that Gradescope takes as an autograder."""
    from grader.author.archive import write_archive
    from grader.author.ci import PROGRAMS
    from grader.author.ci import gradescope as make

    files = make(_plan(names, **options))
    write_archive(files, output, PROGRAMS)
    click.echo(
        f"{output}, with {len(files)} files. Upload it under Configure Autograder, and try it with Test Autograder."
    )


@ci.command()
@_what
@_in_repository
@click.option("--output", type=NamedPath(file_okay=False), required=True, help="CLASSROOM/autograders/ASSIGNMENT.")
def classroom50(names: tuple[str, ...], output: Path, **options: Any) -> None:
    """Write the bundle with which Classroom 50 grades an assignment."""
    from grader.author.ci import classroom50 as make
    from grader.course.starter import write_new

    files = make(_plan(names, **options))
    for name in files:
        _demand_new(output / name)
    write_new(output, files, ("course",))
    click.echo(f"{output}, with {len(files)} files. Commit it to the organisation's classroom50 repository.")


def _plan(
    names: tuple[str, ...],
    install: str,
    course_path: Path | None,
    submission: str = "exercises",
    repository: str = "",
    ref: str = "",
) -> Plan:
    """What is wanted.

    Raises:
        UsageError: it cannot be had.
    """
    if not names:
        raise UsageError("Name what is graded: `grade ci github lecture5`, or `grade ci github all`.")
    from grader.author.ci import plan

    course = find_course(course_path)
    own = own_course()
    return plan(
        course,
        names,
        own=own is not None and own.samefile(course.root),
        submission=submission,
        install=install,
        repository=repository,
        ref=ref,
    )


def _write(path: Path, content: bytes) -> None:
    """Write a new file."""
    from grader.course.starter import write_new

    _demand_new(path)
    write_new(path.parent, {path.name: content}, ())


def _demand_new(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise UsageError(f"{path} is there already, and will not be overwritten. --output writes elsewhere.")
