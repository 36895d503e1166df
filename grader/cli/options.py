"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.course import Course

_F = TypeVar("_F", bound=Callable[..., Any])


class NamedPath(click.Path):
    """A path that is not empty: ``"$UNSET"`` of a script would else name the current folder."""

    def __init__(self, *, exists: bool = False, file_okay: bool = True, dir_okay: bool = True) -> None:
        super().__init__(exists=exists, file_okay=file_okay, dir_okay=dir_okay, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """As `click.Path.convert`, and refuse the empty path."""
        if not os.fspath(value):
            advice = "write `.` for the current folder" if self.dir_okay else "name a file"
            self.fail(f"it is empty; {advice}.", param, ctx)
        return super().convert(value, param, ctx)


def the_only(submissions: Sequence[Path]) -> Path | None:
    """The one submission that was named; None where none was.

    Raises:
        UsageError: if there are several.
    """
    if len(submissions) > 1:
        given = " and ".join(map(str, submissions))
        raise UsageError(
            f"--submission was given {len(submissions)} times ({given}). A run grades one submission: put the files "
            "into one folder and name that, or grade them one after the other."
        )
    return submissions[0] if submissions else None


def default_submission(root: Path) -> Path:
    """Where the learner's work is when nobody says: in the folder that the command is called in, or the course's own.

    Raises:
        UsageError: there is none.
    """
    here = Path("exercises")
    if here.is_dir():
        return here
    if (root / "exercises").is_dir() and Path.cwd().is_relative_to(root):
        return root / "exercises"
    raise UsageError(
        "There is no exercises/ folder here. `grade init my-course` makes one; "
        "`--submission PATH` grades what lies elsewhere."
    )


def course_option(function: _F) -> _F:
    """``--course``: where the course is."""
    return click.option(
        "--course",
        "course_path",
        type=NamedPath(exists=True, file_okay=False),
        help="The course's folder. Without it: the course that came with the grader.",
    )(function)


def to_course(course: Course) -> str:
    """What a command needs to find this course, `` --course PATH``; empty for the one that is taken without it."""
    import shlex

    from grader.course.find import own_course

    own = own_course()
    return "" if own is not None and own.samefile(course.root) else f" --course {shlex.quote(str(course.root))}"


def isolation_option(function: _F) -> _F:
    """``--isolation``: how far to confine."""
    return click.option(
        "--isolation",
        type=click.Choice(["auto", "no-namespaces", "none"]),
        default="auto",
        show_default=True,
        help="How submissions are confined. `none` is for practice on platforms that have nothing.",
    )(function)


def worker_option(function: _F) -> _F:
    """``--worker``: what a submission runs in; to be seen to by ``demand_unconfined``."""
    return click.option(
        "--worker",
        type=click.Choice(["auto", "portable"]),
        default="auto",
        show_default=True,
        help="`portable` is a fresh interpreter for each exercise, as on macOS and Windows; with `--isolation none`.",
    )(function)


def demand_unconfined(worker: str, isolation: str, *, require_isolation: bool = False, least: str = "") -> None:
    """See that nobody asks for a portable worker and for isolation.

    Args:
        worker: the kind of worker.
        isolation: the isolation that is asked for.
        require_isolation: whether all of it is demanded.
        least: another option that demands some of it, if it was given.

    Raises:
        UsageError: somebody does.
    """
    demanded = "--require-isolation" if require_isolation else least
    if worker == "portable" and (isolation != "none" or demanded):
        asked = demanded or f"--isolation {isolation}"
        raise UsageError(
            f"--worker portable confines nothing; it cannot go with {asked}: "
            "grade work of your own with `--isolation none --worker portable`."
        )
