"""The one error of this package: a course that contradicts itself."""

from __future__ import annotations

from grader.errors import GraderError


class CourseError(GraderError):
    """A file of the course is wrong: its author must mend it, no learner can. The message says which line."""
