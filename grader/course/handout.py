"""What a handout remembers of its course, in `bundle.toml`: by it a hand-in tells whether it was an older one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.course.fingerprints import fingerprint_of_course, fingerprint_of_stub
from grader.names import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.course.model import Course, Exercise
    from grader.course.submission import Submission

SCHEMA = 1
_HEAD = """\
# What this was cut from. Hand it in with your exercises: it tells whether they have changed since.
"""
# A line as it is written here. A hand-in may hold any text, and a parser of TOML takes quadratic time over some.
_LINE = r'(?m)^"?([\w.]{1,200})"?[ \t]*=[ \t]*"?([\w.:+-]{1,200})"?[ \t]*\r?$'
_MOST_NAMED = 5


@dataclass(frozen=True)
class Handout:
    """What was handed out, and when.

    Attributes:
        course: the fingerprint of all that its exercises are graded by.
        stubs: exercise -> the fingerprint of its stub.
        grader: the grader's version.
        made: when, as ISO 8601 has it.
    """

    course: str
    stubs: dict[str, str]
    grader: str = ""
    made: str = ""


def handout_of(course: Course, exercises: Iterable[Exercise], made: str) -> Handout:
    """What is handed out of a course now.

    Raises:
        CourseError: if a stub cannot be cut.
    """
    from grader import __version__

    listed = list(exercises)
    stubs = {exercise.id: fingerprint_of_stub(exercise) for exercise in listed}
    return Handout(fingerprint_of_course(course, listed), stubs, __version__, made)


def write_handout(handout: Handout) -> str:
    """The text of `bundle.toml`."""
    stubs = "".join(f'"{exercise}" = "{stub}"\n' for exercise, stub in handout.stubs.items())
    head = f'schema = {SCHEMA}\ncourse = "{handout.course}"\ngrader = "{handout.grader}"\nmade = "{handout.made}"\n'
    return f"{_HEAD}{head}\n[stubs]\n{stubs}"


def read_handout(text: str) -> Handout | None:
    """Read a `bundle.toml` that anybody may have written; None where it is none, or of a schema that is not known."""
    head, _, below = text.partition("[stubs]")
    values: dict[str, str] = dict(re.findall(_LINE, head))
    if values.get("schema") != str(SCHEMA) or not values.get("course"):
        return None
    stubs = dict(re.findall(_LINE, below))
    return Handout(values["course"], stubs, values.get("grader", ""), values.get("made", "")) if stubs else None


def older_handout(submission: Submission, course: Course) -> str:
    """Say that a submission was done on an older handout, and what has changed since; empty where nothing has.

    It is a hint, and can be no more: whoever hands in may have changed or removed the file that tells.

    Returns:
        A sentence without its full stop, as in ``done on an older handout: lecture5.linear has changed since``.

    Raises:
        CourseError: if a stub of the course cannot be cut.
    """
    handout = read_handout(submission.handout) if submission.handout else None
    if handout is None:
        return ""
    given = [exercise for exercise in course.exercises if exercise.id in handout.stubs]
    known = {exercise.id for exercise in given}
    handed_in = {name for name in handout.stubs if name in submission.files} or set(handout.stubs)
    changed = [e.id for e in given if e.id in handed_in and fingerprint_of_stub(e) != handout.stubs[e.id]]
    gone = [name for name in handout.stubs if name in handed_in and name not in known]
    told = [_has(changed, "changed since"), _has(gone, "left the course")]
    if not any(told) and handout.course != fingerprint_of_course(course, given):
        told = ["what grades it has changed since, and no stub has"]
    return f"done on an older handout: {', and '.join(filter(None, told))}" if any(told) else ""


def _has(names: list[str], what: str) -> str:
    """``lecture5.linear and lecture5.train have changed since``; a few names at most."""
    if not names:
        return ""
    shown = [printable(name, 60) for name in names[:_MOST_NAMED]]
    if len(names) > _MOST_NAMED:
        shown.append(f"{len(names) - _MOST_NAMED} others")
    listed = shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
    return f"{listed} {'has' if len(names) == 1 else 'have'} {what}"
