"""What a learner has tried, and when: `.grade/history.jsonl`, a line for each exercise of each run.

It lies in the folder that is worked in and goes nowhere else. Whoever has the folder can write into it what they like:
it is shown, and decides no verdict and no points.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from grader.course import Submission
from grader.reports.folder import HeldFolder
from grader.reports.journal import FOLDER
from grader.reports.model import Report, Status

NAME = "history.jsonl"
_MOST_BYTES = 1 << 20  # some five thousand lines
_MOST_LINES = 20_000
_KEPT_OF_EACH = 20  # attempts at each exercise that are kept where the file has grown too large
_MOST_EXERCISES = 1_000
_LONGEST = 200

_Name = Annotated[str, msgspec.Meta(max_length=_LONGEST)]
_Number = Annotated[float, msgspec.Meta(ge=0, le=1e9)]


class Attempt(msgspec.Struct, frozen=True):
    """One exercise of one run.

    Attributes:
        exercise: its id.
        when: the run's beginning, in UTC, ``2026-11-28T09:10:00+00:00``.
        status: how it stood.
        earned: points.
        points: those that could be earned.
        bonus: points besides.
        seconds: how long its checks took.
        digest: the sha256 of the file's text as it was graded; empty where there was no file.
        blocked_by: what it waited for.
    """

    exercise: _Name
    when: _Name
    status: Status
    earned: _Number
    points: _Number
    bonus: _Number = 0.0
    seconds: _Number = 0.0
    digest: _Name = ""
    blocked_by: _Name = ""

    @property
    def time(self) -> datetime.datetime | None:
        """When it was, by the clock on the wall; None where the line tells no time."""
        with contextlib.suppress(ValueError, OverflowError, OSError):
            return datetime.datetime.fromisoformat(self.when).astimezone()
        return None


def digest_of(text: str) -> str:
    """What tells one state of an exercise's file from another."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def attempts_of(report: Report, files: Submission) -> list[Attempt]:
    """What a run was an attempt at: the exercises that the grader itself did not fail at."""
    return [
        Attempt(
            exercise=result.exercise,
            when=report.started,
            status=result.status,
            earned=result.earned,
            points=result.points,
            bonus=result.bonus_earned,
            seconds=round(sum(check.seconds for check in result.checks), 3),
            digest=digest_of(files.files[result.exercise].text) if result.exercise in files.files else "",
            blocked_by=result.blocked_by,
        )
        for result in report.exercises
        if result.status is not Status.GRADER_FAULT
    ]


def record(report: Report, files: Submission, folder: Path) -> None:
    """Add a run of the learner's own files to the history; what cannot be kept costs no verdict.

    Args:
        report: what came of it.
        files: what was graded.
        folder: where `.grade` is or shall be.
    """
    if not report.complete:
        return
    lines = [msgspec.json.encode(attempt) + b"\n" for attempt in attempts_of(report, files)]
    with contextlib.suppress(OSError):
        held = HeldFolder(folder / FOLDER)
        added = b"".join(lines)
        old = _content(held)
        if len(old) + len(added) > _MOST_BYTES:
            kept = b"".join(msgspec.json.encode(attempt) + b"\n" for attempt in _latest(_decoded(old)))
            held.put(NAME, kept[: _MOST_BYTES - len(added)])
        elif old and not old.endswith(b"\n"):  # the last line of a run that was killed
            added = b"\n" + added
        held.append(NAME, added, _MOST_BYTES)


def read_history(folder: Path) -> tuple[Attempt, ...]:
    """The attempts that are kept in a folder, the oldest first; none where none can be read."""
    try:
        return tuple(_decoded(_content(HeldFolder(folder / FOLDER, make=False))))
    except OSError:
        return ()


def by_exercise(attempts: Iterable[Attempt]) -> Mapping[str, Sequence[Attempt]]:
    """The attempts at each exercise, the oldest first."""
    found: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        found.setdefault(attempt.exercise, []).append(attempt)
    return found


def _content(held: HeldFolder) -> bytes:
    try:
        return held.read(NAME, _MOST_BYTES)
    except OSError:  # there is none yet; or what is there is not ours, and is not added to either
        return b""


def _decoded(content: bytes) -> Iterator[Attempt]:
    decoder = msgspec.json.Decoder(Attempt)
    for line in content.split(b"\n", _MOST_LINES)[:_MOST_LINES]:
        # a line that was cut short; or lines that no run has written, nested as deep as they like
        with contextlib.suppress(msgspec.MsgspecError, ValueError, RecursionError):
            attempt = decoder.decode(line)
            if attempt.time is not None:
                yield attempt


def _latest(attempts: Iterable[Attempt]) -> list[Attempt]:
    """The latest attempts at each exercise, and the first that passed, in their order."""
    kept: set[int] = set()
    listed = list(attempts)
    numbered: dict[str, list[int]] = {}
    for number, attempt in enumerate(listed):
        numbered.setdefault(attempt.exercise, []).append(number)
    for numbers in list(numbered.values())[-_MOST_EXERCISES:]:
        kept.update(numbers[-_KEPT_OF_EACH:])
        kept.update([n for n in numbers if listed[n].status is Status.PASSED][:1])
    return [attempt for number, attempt in enumerate(listed) if number in kept]
