"""An exercise begun anew: its stub is put back, and what was in its file is kept in `.grade/`, for ever.

Whatever happens nothing is lost: the copy is on the disk before the file is touched, a copy is never written over, and
what is no plain file is left alone.
"""

from __future__ import annotations

import errno
import re
from pathlib import Path

import msgspec

from grader.course import Course, Exercise, read_submission
from grader.course.stubs import stub_of
from grader.errors import UsageError
from grader.names import printable
from grader.reports.folder import HeldFolder
from grader.reports.journal import FOLDER
from grader.study.progress import FOLDER as EXERCISES

_MOST_BYTES = 16 << 20
_MOST_TRIES = 100  # others may be resetting at the same time


class Reset(msgspec.Struct, frozen=True):
    """What was done.

    Attributes:
        file: the exercise's.
        backup: where what it held is now; None where that was the stub, or in a copy already.
        restored: the copy that was put back.
        changed: whether the file is another one than before.
    """

    file: Path
    backup: Path | None = None
    restored: Path | None = None
    changed: bool = True


def reset(course: Course, exercise: Exercise, here: Path) -> Reset:
    """Put the stub back in the place of a learner's file.

    Args:
        course: which exercises there are.
        exercise: the one to begin anew.
        here: the folder that is worked in.

    Raises:
        UsageError: the file is none that can be kept and replaced; nothing has been changed.
    """
    stub = stub_of(exercise.id, exercise.solution, exercise.stub).encode()
    _demand_no_notebook(course, exercise, here)
    unit = _unit_folder(exercise, here)
    name = f"{exercise.name}.py"
    held = _content(unit, name, exercise)
    file = Path(exercise.file)
    if held == stub:
        return Reset(file, changed=False)
    return Reset(file, _replace(unit, exercise, held, stub, _backups(exercise, here)))


def undo(course: Course, exercise: Exercise, here: Path) -> Reset:
    """Put back what the last reset took out; called again, what the one before took out.

    Raises:
        UsageError: there is nothing to put back, or the file cannot be replaced; nothing has been changed.
    """
    _demand_no_notebook(course, exercise, here)
    backups = _backups(exercise, here)
    contents = backups.contents()
    if not contents:
        raise UsageError(f"{exercise.id} has not been reset here: {FOLDER}/ holds no copy of it.")
    unit = _unit_folder(exercise, here)
    held = _content(unit, f"{exercise.name}.py", exercise)
    names = list(contents)
    same = [number for number, name in enumerate(names) if contents[name] == held]
    older = names[: same[-1]] if same else names
    older = [name for name in older if contents[name] != held]
    if not older:
        raise UsageError(
            f"{exercise.file} is what {FOLDER}/{names[same[-1]]} holds, and there is no older copy: it stays."
        )
    stub = stub_of(exercise.id, exercise.solution, exercise.stub).encode()
    is_kept = bool(same) or held == stub
    backup = _replace(unit, exercise, None if is_kept else held, contents[older[-1]], backups)
    return Reset(Path(exercise.file), backup, Path(FOLDER, older[-1]))


class _Backups:
    """The copies of one exercise, numbered from the first."""

    def __init__(self, folder: HeldFolder, exercise: Exercise) -> None:
        self._folder = folder
        self._name = f"reset-{exercise.id}-{{:04}}.py"
        self._pattern = re.compile(rf"reset-{re.escape(exercise.id)}-(\d{{4,9}})\.py")

    def _numbers(self) -> list[int]:
        names = (self._pattern.fullmatch(name) for name, _ in self._folder.regular_files())
        return sorted(int(found[1]) for found in names if found)

    def contents(self) -> dict[str, bytes]:
        """What each copy holds, the oldest first; one that cannot be read is passed over."""
        found = {}
        for number in self._numbers()[-_MOST_TRIES:]:
            name = self._name.format(number)
            try:
                found[name] = self._folder.read(name, _MOST_BYTES)
            except OSError:
                continue
        return found

    def keep(self, content: bytes) -> Path:
        """Write another copy.

        Raises:
            OSError: it cannot be written.
        """
        number = max(self._numbers(), default=0) + 1
        for tried in range(number, number + _MOST_TRIES):
            name = self._name.format(tried)
            try:
                self._folder.create(name, content)
            except FileExistsError:  # somebody else's, or no plain file
                continue
            return Path(FOLDER, name)
        raise FileExistsError(errno.EEXIST, f"{self._name.format(number)} and the names after it are taken")


def _backups(exercise: Exercise, here: Path) -> _Backups:
    try:
        return _Backups(HeldFolder(here / FOLDER), exercise)
    except OSError as error:
        raise UsageError(
            f"{FOLDER}, where copies are kept, cannot be used: {_why(error)}. Nothing was changed. "
            "Move it away, if it is not the grader's."
        ) from None


def _unit_folder(exercise: Exercise, here: Path) -> HeldFolder:
    folder = here / EXERCISES / exercise.unit
    if not (here / EXERCISES).is_dir():
        raise UsageError(
            f"There is no exercises/ folder here to reset {exercise.id} in. Change to the folder that you work in; "
            "`grade init my-course` makes one."
        )
    try:
        return HeldFolder(folder)
    except OSError as error:
        raise UsageError(f"exercises/{exercise.unit} cannot be opened: {_why(error)}. Nothing was changed.") from None


def _content(unit: HeldFolder, name: str, exercise: Exercise) -> bytes | None:
    """What the exercise's file holds; None where it is not there.

    Raises:
        UsageError: it is a link, no plain file, too large or closed to us.
    """
    try:
        return unit.read(name, _MOST_BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(
            f"{exercise.file} cannot be kept, so it was left as it is: {_why(error)}. "
            "Move it away yourself, and reset again to get the stub."
        ) from None


def _replace(unit: HeldFolder, exercise: Exercise, held: bytes | None, new: bytes, backups: _Backups) -> Path | None:
    """Keep what is there, unless it is None, and write the new content; where the copy is."""
    name = f"{exercise.name}.py"
    try:
        backup = None if held is None else backups.keep(held)
        if held is not None and _content(unit, name, exercise) != held:
            raise UsageError(f"{exercise.file} was saved in this very moment, so it was left as it is. Reset it again.")
        unit.put(name, new)
    except OSError as error:
        raise UsageError(f"{exercise.file} was left as it is: {_why(error)}. Mend that, and reset again.") from None
    return backup


def _demand_no_notebook(course: Course, exercise: Exercise, here: Path) -> None:
    """See that the exercise is not worked on in a notebook: its stub beside that would be a second answer."""
    if (here / exercise.file).is_symlink() or (here / exercise.file).exists() or not (here / EXERCISES).is_dir():
        return
    try:
        source = read_submission(here / EXERCISES, course, {exercise.id}).files.get(exercise.id)
    except UsageError:  # nothing of the course's is there
        return
    if source is not None and source.cells:
        raise UsageError(
            f"{exercise.id} is in {printable(source.display)}, and a notebook is not reset. "
            "Empty the cell yourself, or take it from a new folder of `grade init`."
        )


def _why(error: OSError) -> str:
    if error.errno == errno.ELOOP:  # what O_NOFOLLOW says of a link
        return "it is a link"
    return error.strerror or type(error).__name__
