"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_F = TypeVar("_F", bound=Callable[..., Any])


def course_option(function: _F) -> _F:
    """``--course``: where the course is."""
    return click.option(
        "--course",
        "course_path",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="The course's folder. Without it: the course that came with the grader.",
    )(function)


def isolation_option(function: _F) -> _F:
    """``--isolation``: how far to confine."""
    return click.option(
        "--isolation",
        type=click.Choice(["auto", "no-namespaces", "none"]),
        default="auto",
        show_default=True,
        help="How submissions are confined. `none` is for practice on platforms that have nothing.",
    )(function)
