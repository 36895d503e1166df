"""Reading what `--submission` names: work laid out as exercises/ is, or whatever a platform has of a hand-in."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from grader.course import Course, NothingRecognisedError, Submission, read_submission
from grader.errors import UsageError
from grader.names import printable


class HandedIn(NamedTuple):
    """What was handed in.

    Attributes:
        submission: what is graded; without any file where nothing of it can be.
        refused: why nothing can be, a sentence for its learner.
        is_in_place: whether the files are where the path leads, and not in an archive.
    """

    submission: Submission
    refused: str = ""
    is_in_place: bool = True


def read_handed_in(path: Path, course: Course, wanted: Collection[str], *, named: bool) -> HandedIn:
    """Read a submission. An archive is opened, and so are those in a folder in which nothing else is of the course.

    Files of other names, as ``linear (1).py``, are told by what is in them, where exercises are missing otherwise.

    Args:
        path: a folder, a file, an archive.
        course: says which units and exercises there are.
        wanted: the ids of the exercises to be graded.
        named: whether the path was typed; what is looked for by itself is the learner's own folder, and no hand-in.

    Raises:
        GraderError: this machine cannot open it.
    """
    if not (named and _is_archive(path)):
        try:
            submission = _demanding(read_submission(path, course, wanted), path, wanted, named=named)
            lacks = not submission.alone and any(exercise not in submission.files for exercise in wanted)
            return _meant(HandedIn(submission), path, course, wanted) if named and lacks else HandedIn(submission)
        except NothingRecognisedError as error:
            if not named:
                return _refused(path, str(error))
        except UsageError as error:
            return _refused(path, str(error))
    return _opened(path, course, wanted)


def _is_archive(path: Path) -> bool:
    if path.suffix in (".py", ".ipynb") or not os.path.isfile(path):  # noqa: PTH113 - a path that is closed to us is none
        return False
    from grader.cohort.archives import is_archive

    return is_archive(path.name)


def _demanding(submission: Submission, path: Path, wanted: Collection[str], *, named: bool) -> Submission:
    """The submission, where something of what is graded is in it."""
    if named and submission.only and not any(exercise in submission.only for exercise in wanted):
        held = ", ".join(submission.only)
        raise UsageError(f"{printable(str(path))} holds {held}, which is not among {', '.join(sorted(wanted))}.")
    return submission


def _meant(read: HandedIn, path: Path, course: Course, wanted: Collection[str]) -> HandedIn:
    """The same, or the files under the names that they should have, where more is found so."""
    opened = _opened(path, course, wanted)
    more = set(opened.submission.files).difference(read.submission.files)
    return opened if more.intersection(wanted) else read


def _opened(path: Path, course: Course, wanted: Collection[str]) -> HandedIn:
    """What a cohort's reader finds: it opens archives, and takes files by what they hold; the report says for what."""
    from grader.cohort.contents import TAKEN_FOR, read_hand_in
    from grader.cohort.learners import named
    from grader.cohort.places import HandIn

    shown = printable(str(path))
    content = read_hand_in(HandIn(named(""), shown, str(path)), course, wanted)
    if content.submission is None:
        return _refused(path, _named(content.fault, shown))
    files = dict(content.submission.files)
    for note in content.submission.notes:
        _, is_taken, called = note.removesuffix(".").rpartition(TAKEN_FOR)
        exercise = called.rpartition(".")[0].replace("/", ".")
        if is_taken and exercise in files:
            files[exercise] = dataclasses.replace(files[exercise], notes=(*files[exercise].notes, note))
    return HandedIn(dataclasses.replace(content.submission, root=path, files=files), is_in_place=False)


def _named(fault: str, shown: str) -> str:
    """What is wrong with a hand-in, with its name: in a class nobody needs it, for a line says whose it is."""
    if fault.startswith(("It is ", "It holds ")):
        return f"{shown}{fault.removeprefix('It')}"
    return fault if fault.startswith(shown) else f"{shown}: {fault}"


def _refused(path: Path, why: str) -> HandedIn:
    return HandedIn(Submission(path, {}), why, is_in_place=False)
