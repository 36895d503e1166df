"""The course's own files: reading them, and the error for what is wrong in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.errors import GraderError

if TYPE_CHECKING:
    from pathlib import Path


class CourseError(GraderError):
    """A file of the course is wrong: its author must mend it, no learner can. The message says which line."""


def read_course_file(path: Path) -> str:
    """Read one of the course's own text files.

    Raises:
        CourseError: if it is unreadable or not UTF-8.
    """
    if path.exists() and not path.is_file():
        raise CourseError(f"{path} is not a file; the course needs one here.")
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}. The course needs it.") from error
    except UnicodeDecodeError as error:
        raise CourseError(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8.") from error
