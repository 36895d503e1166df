"""Gathers the files of one submission, within limits that hold for all of them together."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.course.definitions import bound_at_top, definitions_of, has_loops, imported_beside, without_own_imports
from grader.course.faults import fault_of, notes_of
from grader.course.layout import Layout, is_module_name
from grader.course.parsing import MOST_TOKENS, Allowance, count_tokens
from grader.course.source import Entry, Folder, SourceFile
from grader.course.taken import Taken, take
from grader.names import printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from grader.course.model import Course, Exercise

_MOST_FILES = 500
_MOST_ENTRIES = 20_000
_MOST_STRAYS = 200
_MOST_NOTES = 20
_MOST_BESIDE = 30  # files that a file imports which is handed in alone
_DEEPEST = 6
_MOST_TEXT = 1 << 20  # characters in all files together: what a worker is sent, in up to four bytes each
_MOST_TOKENS = 200_000  # in all files together: two seconds of parsing, and as many trees as are kept
_MOST_IN_NOTEBOOKS = 32 << 20  # bytes, of all notebooks together
_MANY = "Your Python files hold more than a million characters, or 200,000 words and symbols, taken together"
SKIPPED = frozenset({"__pycache__", "venv", "env", "node_modules", "build", "dist"})
ATTEMPTS = (".py", ".ipynb", ".txt", ".pyi", ".pyw")
_SUFFIXES = (".py", ".ipynb")


@dataclass
class Reader:
    """What has been read so far."""

    layout: Layout
    course: Course
    display: str
    wanted: Collection[str] = ()
    files: dict[str, SourceFile] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    loose: list[tuple[tuple[str, ...], Taken]] = field(default_factory=list)
    entries: int = 0
    in_notebooks: int = 0
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
            self.read_alone(root)
            return
        taken: list[Taken] = []
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
            self.admit(self.as_exercise(file) if file.notebook is not None else file)
        self.walk(root, (self.layout.unit,) if self.layout.unit else (), "", 0)
        self.share_out_notebooks()

    def take_unit(self, folder: Folder, unit: str, names: list[str], below: str) -> Iterator[Taken]:
        """Take those exercises of a unit that are there, as modules or else as notebooks."""
        for name in names:
            found = self.take_either(folder, name, f"{unit}.{name}", below)
            if found is not None:
                yield found

    def read_alone(self, root: Folder) -> None:
        """Read a file that is handed in alone, as each exercise that it holds, and what it imports beside it."""
        alone = self.take(root, self.layout.file, self.layout.only[0], self.layout.file)
        units = {exercise.partition(".")[0] for exercise in self.layout.only}
        beside = self.take_beside(root, alone, units)
        there = {file.module for file in beside}
        alone = alone._replace(text=without_own_imports(alone.text, units, there, alone.lost))
        is_script = self.layout.is_script or alone.notebook is not None or has_loops(alone.text)
        for module in self.layout.only:
            file = alone._replace(module=module)
            self.admit(self.as_exercise(file) if is_script else file)
            alone = alone._replace(notes=())  # once is enough
        for file in beside:
            for unit in sorted(units):
                if f"{unit}.{file.module}" not in self.files:
                    self.admit(file._replace(module=f"{unit}.{file.module}"))

    def take_beside(self, root: Folder, alone: Taken, units: Collection[str]) -> list[Taken]:
        """Take the files that a file imports from its own folder, and those that these import."""
        found: dict[str, Taken] = {}
        waiting = [alone]
        while waiting:
            for name in sorted(imported_beside(waiting.pop().text, units)):
                if name in found or len(found) == _MOST_BESIDE or not is_module_name(name):
                    continue
                file = self.take_either(root, name, name, "")
                if file is not None and file.path != alone.path:
                    found[name] = file
                    waiting.append(file)
        return list(found.values())

    def share_out_notebooks(self) -> None:
        """Take what is missing from notebooks of other names, in the unit's folder or above it: whole units in one."""
        for exercise in self.course.exercises:
            if exercise.id in self.files or (self.wanted and exercise.id not in self.wanted):
                continue
            held: dict[int, Taken] = {}
            for package, file in self.loose:
                if package in ((), (exercise.unit,)) and file.notebook is not None:
                    defined = bound_at_top(file.text) | file.lost
                    held.setdefault(len(defined.intersection(exercise.symbols)), file)
            if held and max(held):
                file = held[max(held)]
                there = {module.rpartition(".")[2] for module in self.files if module.startswith(f"{exercise.unit}.")}
                text = without_own_imports(file.text, {exercise.unit}, there, file.lost)
                told = any(self.shown(file.path) == other.display for other in self.files.values())
                notes = () if told else file.notes
                self.admit(self.as_exercise(file._replace(module=exercise.id, text=text, notes=notes)))

    def as_exercise(self, file: Taken) -> Taken:
        """Leave of a script or a notebook what its exercise needs."""
        exercise = next((exercise for exercise in self.course.exercises if exercise.id == file.module), None)
        if exercise is None or file.fault:
            return file
        return file._replace(text=definitions_of(file.text, _asked_of(exercise), exercise.symbols))

    def walk(self, folder: Folder, package: tuple[str, ...], below: str, depth: int) -> None:
        """Read what else is there: modules of the learner's own, and files that may be misnamed exercises."""
        entries = folder.entries(_MOST_ENTRIES - self.entries)
        self.entries += len(entries)
        if self.entries >= _MOST_ENTRIES:
            self.note(f"There are over {_MOST_ENTRIES:,} files here; not all were looked at. Hand in only code.")
        for entry in entries:
            if entry.name.startswith(".") or entry.name in SKIPPED:
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
        stem = name.removesuffix(".ipynb").removesuffix(".py")
        module = ".".join((*package, stem))
        if module in self.files:
            return
        if name.endswith(ATTEMPTS) and name != "__init__.py" and len(self.strays) < _MOST_STRAYS:
            self.strays.append(".".join(package).replace(".", "/") + f"/{name}" if package else name)
        if name.endswith(".ipynb") and len(package) < 2 and module not in self.exercises:
            self.loose.append((package, self.take(folder, name, module, f"{below}{name}")))
        if not name.endswith(".py") or not is_module_name(stem):
            return
        if len(self.files) >= _MOST_FILES:
            self.note(f"There are more than {_MOST_FILES} Python files here; the others were not read.")
            return
        try:
            self.admit(self.take(folder, name, module, f"{below}{name}"))
        except FileNotFoundError:  # gone since the folder was listed
            return

    def take_either(self, folder: Folder, name: str, module: str, below: str) -> Taken | None:
        """Take a module, or else the notebook of its name; None where there is neither."""
        for suffix in _SUFFIXES:
            with suppress(FileNotFoundError):
                return self.take(folder, f"{name}{suffix}", module, f"{below}{name}{suffix}")
        return None

    def take(self, folder: Folder, name: str, module: str, path: str) -> Taken:
        """Read one file.

        Raises:
            FileNotFoundError: if there is none.
        """
        file = take(folder, name, module, path, self.allowance, _MOST_IN_NOTEBOOKS - self.in_notebooks)
        self.in_notebooks += file.size
        return file

    def admit(self, file: Taken) -> None:
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
            notes = (*file.notes, *notes_of(text, file.name, is_exercise=is_exercise))
        cells, lost = (file.notebook.cells, file.notebook.lost) if file.notebook is not None else ((), ())
        self.files[file.module] = SourceFile(file.module, display, text, fault, notes, cells, lost)

    def shown(self, path: str) -> str:
        """A path below the root, as the learner would type it."""
        return printable(os.path.normpath(f"{self.display}/{path}"))

    def note(self, text: str) -> None:
        """Note something once."""
        text = printable(text, 400)
        if text not in self.notes and len(self.notes) < _MOST_NOTES:
            self.notes.append(text)


def _asked_of(exercise: Exercise) -> frozenset[str]:
    """The names that checks may ask for: what the stub has at its top level."""
    from grader.course.course_file import read_course_file

    return bound_at_top(read_course_file(exercise.stub)) if exercise.stub.is_file() else frozenset()
