"""Courses and submissions: finding and reading them, without running a line of either."""

from __future__ import annotations

from grader.course.errors import CourseError
from grader.course.find import find_course
from grader.course.imports import imports_of
from grader.course.model import Course, Exercise, Unit
from grader.course.names import closest
from grader.course.source import SourceFile
from grader.course.starter import init_course
from grader.course.stubs import cut_stub
from grader.course.submission import Submission, missing_hint, read_submission

__all__ = [
    "Course",
    "CourseError",
    "Exercise",
    "SourceFile",
    "Submission",
    "Unit",
    "closest",
    "cut_stub",
    "find_course",
    "imports_of",
    "init_course",
    "missing_hint",
    "read_submission",
]
