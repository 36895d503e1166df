"""Courses and submissions: finding and reading them, without running a line of either."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader.course.course_file import CourseError
from grader.course.find import find_course
from grader.course.layout import NothingRecognisedError
from grader.course.model import Course, Exercise, Unit
from grader.course.source import SourceFile
from grader.course.submission import Submission, missing_hint, missing_sibling, read_submission
from grader.names import closest

if TYPE_CHECKING:
    from grader.course.imports import imports_of
    from grader.course.starter import init_course
    from grader.course.stubs import cut_stub

__all__ = [
    "Course",
    "CourseError",
    "Exercise",
    "NothingRecognisedError",
    "SourceFile",
    "Submission",
    "Unit",
    "closest",
    "cut_stub",
    "find_course",
    "imports_of",
    "init_course",
    "missing_hint",
    "missing_sibling",
    "read_submission",
]

_LATER = {"cut_stub": "stubs", "imports_of": "imports", "init_course": "starter"}


def __getattr__(name: str) -> Any:
    """Import what most runs never need when it is first asked for: start-up is what a learner waits for."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
