"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from grader.course import Course

_F = TypeVar("_F", bound=Callable[..., Any])


def course_option(function: _F) -> _F:
    """``--course``: where the course is."""
    return click.option(
        "--course",
        "course_path",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
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
