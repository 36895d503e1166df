"""Opening one hand-in: what is in it becomes a submission that can be graded, or a sentence that says why not."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import msgspec

from grader.cohort.archives import UNOPENED, is_archive, names_at_top, stem_of_archive, unpack
from grader.cohort.class_archives import raw_parts, take
from grader.cohort.clones import check_out
from grader.cohort.misnamed import meant
from grader.cohort.places import HandIn
from grader.cohort.private import Budget, PrivateFolder, RefusedError, is_left_out, most_of
from grader.course import Course, NothingRecognisedError, Submission, read_submission
from grader.course.source import Folder
from grader.course.submission import HANDOUT, missing_hint
from grader.errors import UsageError
from grader.names import printable

TAKEN_FOR = " was taken for "  # in a note: the file's name before it, behind it what it should be called
_MOST_NESTED = 1  # archives in archives
_MOST_RAW = 256 << 20  # bytes of what cannot be read that are hashed
_MOST_OF_ONE = 16 << 20  # bytes of one file of these
_MOST_LISTED = 2_000
_DEEPEST = 8
_SHOWN = 6  # names of what is there


class Content(msgspec.Struct, frozen=True, eq=False):
    """What is in a hand-in.

    Attributes:
        submission: what is graded; None where nothing of it can be. It holds texts alone, and can be sent elsewhere.
        sha256: of the names and texts that were read; of the bytes, where nothing could be; empty where it has none.
        fault: why nothing of it can be graded, for its learner to read.
    """

    submission: Submission | None
    sha256: str
    fault: str = ""


def read_hand_in(hand_in: HandIn, course: Course, wanted: Collection[str]) -> Content:
    """Open a hand-in.

    Archives are opened in a private folder, of which nothing is left; nothing that is said of a file names it.

    Args:
        hand_in: which.
        course: says which units and exercises there are.
        wanted: the ids of the exercises to be graded; see ``read_submission``.

    Returns:
        The submission, or its fault.

    Raises:
        GraderError: this machine cannot open it.
    """
    if hand_in.fault:
        return Content(None, _hash_of_raw(hand_in), hand_in.fault)
    try:
        read = _read(hand_in, course, frozenset(wanted))
    except RefusedError as error:
        return Content(None, _hash_of_raw(hand_in), str(error))
    if isinstance(read, str):
        return Content(None, _hash_of_raw(hand_in), read)
    return Content(read, _hash_of(read))


def _read(hand_in: HandIn, course: Course, wanted: frozenset[str]) -> Submission | str:
    """The submission, or why there is none."""
    path = Path(hand_in.path)
    if not hand_in.parts and not hand_in.commit and not _is_archive_file(path):
        return _read_folder(path, None, course, wanted)
    with PrivateFolder() as folder:
        if hand_in.commit:
            check_out(path, hand_in.commit, folder)
        elif _is_archive_file(path) and hand_in.parts:
            take(path, hand_in.parts, folder)
        elif _is_archive_file(path):
            unpack(path, path.name, folder)
        else:
            for name, called in hand_in.parts:
                _copy(path, name, called, folder)
        level = 1 if _is_archive_file(path) and not hand_in.parts else 0
        return _noted(_read_folder(folder.path, folder, course, wanted, level), folder)


def _read_folder(
    path: Path, private: PrivateFolder | None, course: Course, wanted: frozenset[str], level: int = 0
) -> Submission | str:
    """Read a folder; where nothing in it is recognised, the archives in it.

    Args:
        path: the folder.
        private: what of it was opened, and may still be; None where it is the learner's own folder.
        course: says which units and exercises there are.
        wanted: the ids of the exercises to be graded.
        level: how many archives it came out of.
    """
    there = _names_in(path)
    belongs = meant(path, there, course, wanted) if len(wanted) > 1 else {}
    if belongs:
        handouts = {name: HANDOUT for name in there if Path(name).name == HANDOUT}
        return _read_renamed(path, {**belongs, **dict(list(handouts.items())[:1])}, course, wanted)
    try:
        submission = read_submission(path, course, wanted, within=path)
    except NothingRecognisedError:
        archives = [name for name in there if is_archive(name)]
        if not archives:
            return _nothing(private.names if private is not None else there, course, wanted)
        if level > _MOST_NESTED:
            return f"{printable(archives[0])} is an archive in an archive in an archive. Pack your exercises once."
        return _read_archives(
            path, archives, private.budget if private is not None else Budget(), course, wanted, level
        )
    except UsageError as error:
        return str(error)
    names = private.names if private is not None else there
    fault = _fault_of(submission, names, course, wanted)
    notes = tuple(
        f"{printable(name)} was not opened, as there is code beside it."
        for name in [name for name in names if is_archive(name)][:_SHOWN]
    )
    return fault or dataclasses.replace(submission, notes=(*submission.notes, *notes))


def _read_renamed(path: Path, belongs: Mapping[str, str], course: Course, wanted: frozenset[str]) -> Submission | str:
    """Read files under the names that they should have, and note what was taken for what."""
    with PrivateFolder() as folder:
        for name, called in belongs.items():
            _copy(path / Path(name).parent, Path(name).name, called, folder)
            if Path(name).name != Path(called).name:
                folder.note(f"{Path(name).name}{TAKEN_FOR}{called}.")
        try:
            return _noted(read_submission(folder.path, course, wanted, within=folder.path), folder)
        except UsageError as error:
            return str(error)


def _read_archives(
    path: Path, archives: list[str], budget: Budget, course: Course, wanted: frozenset[str], level: int
) -> Submission | str:
    with PrivateFolder(budget) as folder:
        for name in archives:
            shown = printable(name)
            # archives that wrap a folder each lie beside one another; of several the others are wrapped
            is_wrapped = len(names_at_top(path / name, shown)) == 1
            to = "" if is_wrapped or len(archives) == 1 else stem_of_archive(Path(name).name)
            unpack(path / name, shown, folder, to=to)
        return _noted(_read_folder(folder.path, folder, course, wanted, level + 1), folder)


def _noted(read: Submission | str, folder: PrivateFolder) -> Submission | str:
    """With what was left out when the hand-in was opened."""
    if isinstance(read, str) or not folder.notes:
        return read
    return dataclasses.replace(read, notes=(*read.notes, *folder.notes))


def _copy(path: Path, name: str, called: str, folder: PrivateFolder) -> None:
    """Take one file of a folder, in which others may lie that are not this learner's."""
    data = b""
    if most_of(called):
        try:
            with Folder(path) as opened:
                data, fault = opened.read(name, most_of(called))
        except OSError as error:
            fault = f"{printable(name)} cannot be read: {error.strerror or type(error).__name__}."
        if fault:
            raise RefusedError(fault)
    folder.add(called, "file", lambda: (data,))


def _is_archive_file(path: Path) -> bool:
    return is_archive(path.name) and path.is_file()


def _names_in(path: Path) -> list[str]:
    """The files in a folder, within bounds, and without what nobody wrote; what is no file says so behind its name."""
    found: list[str] = []
    waiting = [""]
    looked_at = 0
    while waiting and looked_at < _MOST_LISTED:
        below = waiting.pop()
        try:
            with Folder(path / below) as folder:
                entries = folder.entries(_MOST_LISTED - looked_at)
        except OSError:
            continue
        looked_at += len(entries)
        for entry in entries:
            name = f"{below}{entry.name}"
            if is_left_out((entry.name,)):
                continue
            if entry.kind == "folder" and name.count("/") < _DEEPEST:
                waiting.append(f"{name}/")
            elif entry.kind != "folder":
                found.append(
                    name
                    if entry.kind == "file"
                    else f"{name} (a link)"
                    if entry.kind == "link"
                    else f"{name} (a device)"
                )
    return sorted(found)


def _fault_of(submission: Submission, names: list[str], course: Course, wanted: frozenset[str]) -> str:
    """Why nothing of what is wanted can be graded; empty where something can."""
    exercises = [exercise for exercise in course.exercises if not wanted or exercise.id in wanted]
    if any(exercise.id in submission.files for exercise in exercises):
        return ""
    if submission.only and wanted.isdisjoint(submission.only):
        held = ", ".join(sorted(set(submission.only).intersection(submission.files))[:_SHOWN])
        if held:
            return f"It holds {held}, which is not among what is graded: {_listed([e.id for e in exercises])}."
    hints = (missing_hint(submission, exercise) for exercise in exercises)
    hint = next((hint for hint in hints if "Did you mean" in hint or ", but there is" in hint), "")
    return _nothing(names, course, wanted, hint, "Nothing of what is graded is in it.")


def _nothing(
    names: list[str],
    course: Course,
    wanted: frozenset[str],
    hint: str = "",
    what: str = "Nothing of the course is recognised in it.",
) -> str:
    """What is said of a hand-in in which nothing is recognised: what is there, and what was looked for."""
    if not names:
        return "It is empty: there is no file in it."
    looked_for = [f"{e.unit}/{e.name}.py" for e in course.exercises if not wanted or e.id in wanted]
    as_text = next((name for name in names if name.lower().endswith((".py.txt", ".ipynb.txt", ".ipynb.json"))), "")
    packed = next((name for name in names if name.lower().endswith(UNOPENED)), "")
    if not hint and as_text:
        hint = f"Take the last ending off {printable(as_text)}."
    elif not hint and packed:
        hint = f"{printable(packed)} is packed in a way that is not opened. Hand in a zip."
    found = f"{what} It holds {_listed([printable(name, 80) for name in names])}"
    return f"{found}; looked for were {_listed(looked_for)}. {hint}".rstrip()


def _listed(names: list[str]) -> str:
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _hash_of(submission: Submission) -> str:
    """The hash of what was read: equal content has an equal one, whatever it was wrapped in."""
    digest = hashlib.sha256()
    for module, file in sorted(submission.files.items()):
        # what could not be read is told apart by why; what lies in which cell is said in the report
        told = (module, file.text, file.fault, repr(file.cells), repr(file.lost))
        for part in told:
            data = part.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8))
            digest.update(data)
    return digest.hexdigest()


def _hash_of_raw(hand_in: HandIn) -> str:
    """The hash of the bytes, as far as they can be had; empty where there are none."""
    digest = hashlib.sha256(hand_in.commit.encode())
    left = _MOST_RAW if not hand_in.commit else 0
    is_any = bool(hand_in.commit)
    for chunk in _raw(hand_in) if left else ():
        digest.update(chunk[:left])
        left -= len(chunk)
        is_any = True
        if left <= 0:
            break
    return digest.hexdigest() if is_any else ""


def _raw(hand_in: HandIn) -> Iterator[bytes]:
    path = Path(hand_in.path)
    if _is_archive_file(path):
        if hand_in.parts:
            with contextlib.suppress(RefusedError):
                yield from raw_parts(path, hand_in.parts)
            return
        with contextlib.suppress(OSError), path.open("rb") as file:
            while chunk := file.read(1 << 20):
                yield chunk
        return
    for name in [name for name, _ in hand_in.parts] or _names_in(path):
        with contextlib.suppress(OSError), Folder((path / name).parent) as folder:
            data, _ = folder.read(Path(name).name, _MOST_OF_ONE)
            if data and not hand_in.parts:
                yield name.encode("utf-8", "surrogateescape") + b"\0"
            if data:
                yield data
