"""Reading a whole submission, in whatever layout it comes, without running or trusting any of it."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.course.layout import LAYOUTS, lay_out, shown_within, stem_of
from grader.course.reading import Reader
from grader.course.source import Folder, SourceFile
from grader.errors import UsageError
from grader.names import closest, plain, printable

if TYPE_CHECKING:
    from collections.abc import Collection

    from grader.course.model import Course, Exercise

HANDOUT = "bundle.toml"  # what a handout remembers of its course
_MOST_OF_HANDOUT = 1 << 18  # bytes: a thousand exercises have half of it
_MOST_SYMBOLS = 3


@dataclass(frozen=True)
class Submission:
    """What a learner hands in.

    Attributes:
        root: the folder laid out as ``exercises/``; or the unit's folder, or the file's, where that is all. It is for
            people to see: nothing is read from it any more.
        files: every Python file, by its dotted module name below ``exercises/``.
        only: the ids of the exercises handed in, where that is a single unit or file; empty otherwise.
        alone: the file that is handed in alone, as its author would type it; empty where it has others about it.
        notes: what was left unread, and why.
        strays: files that have no exercise's name, as ``lecture5/cross-entropy.py``.
        folders: the folders directly in the root that have no unit's name.
        handout: the text of the `bundle.toml` that it was handed out with; empty where it has none. Anybody's words.
    """

    root: Path
    files: dict[str, SourceFile]
    only: tuple[str, ...] = ()
    alone: str = ""
    notes: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    handout: str = ""


def read_submission(path: Path, course: Course, wanted: Collection[str] = (), within: Path | None = None) -> Submission:
    """Read a submission.

    Args:
        path: a folder laid out as ``exercises/``, or one that contains it (or ``solutions/``); a single unit;
            or a single file.
        course: says which units and exercises there are.
        wanted: the ids of the exercises to be graded. A single file is the one that is here; of several it is those
            of which it defines something. Where none is, its name tells, or else its content.
        within: a folder that the learner does not know, an absolute path: whatever is said of a file names it as it
            is in there, and nothing above is looked at.

    Returns:
        The files; whatever is wrong with one of them is its ``fault``.

    Raises:
        NothingRecognisedError: if nothing belongs to the course.
        UsageError: if there is nothing at the path, or it cannot be told what it is.
    """
    try:
        layout = lay_out(path, course, wanted, within)
        seen = _displayed(layout.root, path) if within is None else os.path.relpath(layout.root, within)
        reader = Reader(layout, course, seen, wanted)
        with Folder(layout.root) as root:
            reader.read(root)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        shown = shown_within(path, within)
        raise UsageError(f"{shown} cannot be read: {reason}. Make it readable first.") from error
    return Submission(
        root=layout.root if within is None else Path(seen),
        files=reader.files,
        only=layout.only,
        alone=reader.shown(layout.file) if layout.file else "",
        notes=tuple(reader.notes),
        strays=tuple(reader.strays),
        folders=tuple(reader.folders),
        handout=_handout(layout.root),
    )


def missing_hint(submission: Submission, exercise: Exercise) -> str:
    """Say where the file of an exercise might be that the submission lacks; empty if it has it."""
    if exercise.id in submission.files:
        return ""
    return _not_in(submission.alone, exercise) if submission.alone else _not_here(submission, exercise)


def missing_sibling(submission: Submission, exercise: Exercise) -> str:
    """Say which file is missing that another builds on, and where it was looked for."""
    if not submission.alone:
        return f"It builds on {exercise.id}. {missing_hint(submission, exercise)}"
    wanted = ", ".join(list(exercise.symbols)[:_MOST_SYMBOLS])
    return (
        f"It builds on {exercise.id}, which is missing: there is neither {exercise.name}.py nor {exercise.name}.ipynb "
        f"beside {submission.alone}, nor {wanted or 'anything of it'} in it. Put it there, or hand in a folder with "
        f"{exercise.unit}/{exercise.name}.py in it."
    )


def _handout(root: Path) -> str:
    """The text of `bundle.toml`, in the folder of the exercises or right above it; empty where none can be read."""
    for folder in (root, root.parent) if root.name in LAYOUTS else (root,):
        with contextlib.suppress(OSError), Folder(folder) as opened:
            data, fault = opened.read(HANDOUT, _MOST_OF_HANDOUT)
            if not fault and len(data) <= _MOST_OF_HANDOUT:
                return data.decode("utf-8", "replace")
    return ""


def _not_here(submission: Submission, exercise: Exercise) -> str:
    """What is said of an exercise that a folder lacks."""
    missing = f"{exercise.unit}/{exercise.name}.py is missing"
    unread = next((note for note in submission.notes if note.startswith(f"{exercise.unit} ")), None)
    if unread is not None:
        return f"{missing}: {unread}"
    beside: dict[str, str] = {}
    elsewhere: list[str] = []
    for stray in submission.strays:
        folder, _, file = stray.rpartition("/")
        if folder == exercise.unit:
            beside.setdefault(stem_of(file), stray)
        elif plain(stem_of(file)) == plain(exercise.name) and plain(folder) in ("", plain(exercise.unit)):
            elsewhere.append(stray)
    near = beside.get(closest(exercise.name, beside) or "")
    if near is None and elsewhere:
        found = printable(elsewhere[0])
        return f"{missing}, but there is {found}. Move it to {exercise.unit}/{exercise.name}.py."
    if near is not None:
        suffix = ".ipynb" if near.endswith(".ipynb") else ".py"
        return f"{missing}. Did you mean {printable(near)}? Rename it to {exercise.name}{suffix}."
    has_unit = any(module.startswith(f"{exercise.unit}.") for module in submission.files)
    folder = "" if has_unit else closest(exercise.unit, submission.folders) or ""
    if folder:
        return f"{missing}. Did you mean the folder {printable(folder)}? Rename it to {exercise.unit}."
    return f"{missing}. Start from its stub, exercises/{exercise.unit}/{exercise.name}.py of the course."


def _not_in(file: str, exercise: Exercise) -> str:
    """What is said of an exercise that a file does not hold which was handed in alone."""
    wanted = ", ".join(list(exercise.symbols)[:_MOST_SYMBOLS])
    of_it = f": it defines none of {wanted}" if len(exercise.symbols) > 1 else f": it does not define {wanted}"
    return (
        f"{exercise.id} is not in {file}{of_it if wanted else ''}. Hand in what holds it as well: a folder with "
        f"{exercise.unit}/{exercise.name}.py in it."
    )


def _displayed(root: Path, typed: Path) -> str:
    """Write the root as the learner would: relative to the current folder if below it, else as typed."""
    try:
        here = Path.cwd()
    except FileNotFoundError:
        return str(root)
    if root.is_relative_to(here):
        return str(root.relative_to(here))
    return str(root) if typed.is_absolute() else os.path.relpath(root, here)
