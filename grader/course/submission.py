"""Reading a whole submission, in whatever layout it comes, without running or trusting any of it."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from grader.course.faults import fault_of, notes_of
from grader.course.layout import Layout, is_module_name, lay_out, stem_of
from grader.course.parsing import MOST_TOKENS, Allowance, count_tokens
from grader.course.source import Entry, Folder, SourceFile, decode
from grader.errors import UsageError
from grader.names import closest, plain, printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from grader.course.model import Course, Exercise

_MOST_FILES = 500
_MOST_ENTRIES = 20_000
_MOST_STRAYS = 200
_MOST_NOTES = 20
_MOST_SYMBOLS = 3
_DEEPEST = 6
_MOST_TEXT = 1 << 20  # characters in all files together: what a worker is sent, in up to four bytes each
_MOST_TOKENS = 200_000  # in all files together: two seconds of parsing, and as many trees as are kept
_MANY = "Your Python files hold more than a million characters, or 200,000 words and symbols, taken together"
_SKIPPED = frozenset({"__pycache__", "venv", "env", "node_modules", "build", "dist"})
_ATTEMPTS = (".py", ".ipynb", ".txt", ".pyi", ".pyw")


@dataclass(frozen=True)
class Submission:
    """What a learner hands in.

    Attributes:
        root: the folder laid out as ``exercises/``; or the unit's folder, or the file's, where that is all.
        files: every Python file, by its dotted module name below ``exercises/``.
        only: the ids of the exercises handed in, where that is a single unit or file; empty otherwise.
        alone: the file that is handed in alone, as its author would type it; empty where it has others about it.
        notes: what was left unread, and why.
        strays: files that have no exercise's name, as ``lecture5/cross-entropy.py``.
        folders: the folders directly in the root that have no unit's name.
    """

    root: Path
    files: dict[str, SourceFile]
    only: tuple[str, ...] = ()
    alone: str = ""
    notes: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


def read_submission(path: Path, course: Course, wanted: Collection[str] = ()) -> Submission:
    """Read a submission.

    Args:
        path: a folder laid out as ``exercises/``, or one that contains it (or ``solutions/``); a single unit;
            or a single file.
        course: says which units and exercises there are.
        wanted: the ids of the exercises to be graded. A single file is the one that is here; of several it is those
            of which it defines something. Where none is, its name tells, or else its content.

    Returns:
        The files; whatever is wrong with one of them is its ``fault``.

    Raises:
        UsageError: if there is nothing at the path, or nothing that belongs to the course.
    """
    try:
        layout = lay_out(path, course, wanted)
        reader = _Reader(layout, course, _displayed(layout.root, path), wanted)
        with Folder(layout.root) as root:
            reader.read(root)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(f"{printable(str(path))} cannot be read: {reason}. Make it readable first.") from error
    return Submission(
        root=layout.root,
        files=reader.files,
        only=layout.only,
        alone=reader.shown(layout.file) if layout.file else "",
        notes=tuple(reader.notes),
        strays=tuple(reader.strays),
        folders=tuple(reader.folders),
    )


def missing_hint(submission: Submission, exercise: Exercise) -> str:
    """Say where the file of an exercise might be that the submission lacks; empty if it has it."""
    if exercise.id in submission.files:
        return ""
    return _not_in(submission.alone, exercise) if submission.alone else _not_here(submission, exercise)


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
    if near is not None and near.endswith(".ipynb"):
        export = f"jupyter nbconvert --to script --output {exercise.name} '{printable(near)}'"
        return f"{missing}, but there is a notebook. Export it as a script: {export}"
    if near is not None:
        return f"{missing}. Did you mean {printable(near)}? Rename it to {exercise.name}.py."
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
        f"{exercise.id} is not in {file}{of_it if wanted else ''}. Hand in what holds it as well, in one folder "
        f"({exercise.unit}/{exercise.name}.py)."
    )


class _Taken(NamedTuple):
    """One file, as far as it was read."""

    module: str
    name: str
    path: str
    text: str
    fault: str


@dataclass
class _Reader:
    """Gathers the files of one submission, within limits that hold for all of them together."""

    layout: Layout
    course: Course
    display: str
    wanted: Collection[str] = ()
    files: dict[str, SourceFile] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    entries: int = 0
    text: int = 0
    tokens: int = 0
    allowance: Allowance = field(default_factory=Allowance)

    def __post_init__(self) -> None:
        self.exercises = frozenset(exercise.id for exercise in self.course.exercises)

    def read(self, root: Folder) -> None:
        """Read the exercises first, those to be graded before the others and the short before the long.

        So no number of other files can crowd them out, and none that is too long can crowd out the others.
        """
        if self.layout.file:
            for module in self.layout.only:
                self.admit(self.take(root, self.layout.file, module, self.layout.file))
            return
        taken: list[_Taken] = []
        for unit in self.course.units:
            names = [exercise.name for exercise in unit.exercises]
            if self.layout.unit == unit.name:
                taken += self.take_unit(root, unit.name, names, "")
            elif not self.layout.unit:
                try:
                    with Folder(root.path / unit.name, root) as folder:
                        taken += self.take_unit(folder, unit.name, names, f"{unit.name}/")
                except OSError:
                    continue  # the walk says why, if it is there at all
        for file in sorted(taken, key=lambda file: (file.module not in self.wanted, len(file.text))):
            self.admit(file)
        self.walk(root, (self.layout.unit,) if self.layout.unit else (), "", 0)

    def take_unit(self, folder: Folder, unit: str, names: list[str], below: str) -> Iterator[_Taken]:
        """Take those exercises of a unit that are there."""
        for name in names:
            with suppress(FileNotFoundError):
                yield self.take(folder, f"{name}.py", f"{unit}.{name}", f"{below}{name}.py")

    def walk(self, folder: Folder, package: tuple[str, ...], below: str, depth: int) -> None:
        """Read what else is there: modules of the learner's own, and files that may be misnamed exercises."""
        entries = folder.entries(_MOST_ENTRIES - self.entries)
        self.entries += len(entries)
        if self.entries >= _MOST_ENTRIES:
            self.note(f"There are over {_MOST_ENTRIES:,} files here; not all were looked at. Hand in only code.")
        for entry in entries:
            if entry.name.startswith(".") or entry.name in _SKIPPED:
                continue
            if entry.kind == "folder" or (entry.kind == "link" and "." not in entry.name):
                self.walk_into(folder, entry, package, below, depth)
            else:
                self.meet(folder, entry.name, package, below)

    def walk_into(self, folder: Folder, entry: Entry, package: tuple[str, ...], below: str, depth: int) -> None:
        """Walk a folder in a folder, unless it is a link or too deep down."""
        path = f"{below}{entry.name}"
        if not package and entry.name not in {unit.name for unit in self.course.units}:
            self.folders.append(entry.name)
        if entry.kind == "link":
            self.note(f"{path} is a link, and links are not followed. Put the files themselves there.")
        elif not is_module_name(entry.name) or depth == _DEEPEST:
            return  # no import statement leads there
        else:
            try:
                with Folder(folder.path / entry.name, folder) as inner:
                    self.walk(inner, (*package, entry.name), f"{path}/", depth + 1)
            except PermissionError:
                self.note(f"{path} cannot be opened: permission denied. Allow it with: chmod u+rx {path}")
            except OSError as error:
                self.note(f"{path} cannot be opened: {error.strerror}.")

    def meet(self, folder: Folder, name: str, package: tuple[str, ...], below: str) -> None:
        """Read a file if it is a module, and remember its name if it could be a misnamed exercise."""
        module = ".".join((*package, name.removesuffix(".py")))
        if module in self.files:
            return
        if name.endswith(_ATTEMPTS) and name != "__init__.py" and len(self.strays) < _MOST_STRAYS:
            self.strays.append(".".join(package).replace(".", "/") + f"/{name}" if package else name)
        if not name.endswith(".py") or not is_module_name(name.removesuffix(".py")):
            return
        if len(self.files) >= _MOST_FILES:
            self.note(f"There are more than {_MOST_FILES} Python files here; the others were not read.")
            return
        try:
            self.admit(self.take(folder, name, module, f"{below}{name}"))
        except FileNotFoundError:  # gone since the folder was listed
            return

    def take(self, folder: Folder, name: str, module: str, path: str) -> _Taken:
        """Read the text of one file.

        Raises:
            FileNotFoundError: if there is none.
        """
        data, fault = folder.read(name)
        text = ""
        if not fault:
            text, fault = decode(data, printable(name))
        return _Taken(module, name, path, text, fault)

    def admit(self, file: _Taken) -> None:
        """Say what is wrong with a file, if there is room for it."""
        display = self.shown(file.path)
        is_exercise = file.module in self.exercises
        text, fault = file.text, file.fault
        notes: tuple[str, ...] = ()
        tokens = count_tokens(text)
        if tokens > MOST_TOKENS:
            tokens = 0  # a fault by itself: it will not be parsed
        if self.text + len(text) > _MOST_TEXT or self.tokens + tokens > _MOST_TOKENS:
            text, tokens = "", 0
            fault = f"{_MANY}, so this one was not read. Hand in the exercises alone."
            notes = () if is_exercise else (printable(f"{file.path} was left out. {_MANY}.", 400),)
        self.tokens += tokens
        if not fault:
            fault = fault_of(text, printable(file.name), must_hold_code=is_exercise, allowance=self.allowance)
        if not fault:
            self.text += len(text)
            notes = notes_of(text, file.name, is_exercise=is_exercise)
        self.files[file.module] = SourceFile(file.module, display, text, fault, notes)

    def shown(self, path: str) -> str:
        """A path below the root, as the learner would type it."""
        return printable(os.path.normpath(f"{self.display}/{path}"))

    def note(self, text: str) -> None:
        """Note something once."""
        text = printable(text, 400)
        if text not in self.notes and len(self.notes) < _MOST_NOTES:
            self.notes.append(text)


def _displayed(root: Path, typed: Path) -> str:
    """Write the root as the learner would: relative to the current folder if below it, else as typed."""
    try:
        here = Path.cwd()
    except FileNotFoundError:
        return str(root)
    if root.is_relative_to(here):
        return str(root.relative_to(here))
    return str(root) if typed.is_absolute() else os.path.relpath(root, here)
