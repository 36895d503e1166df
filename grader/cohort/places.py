"""Where hand-ins lie: a folder or an archive, looked at alike, and what is found in it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import msgspec

from grader.cohort.class_archives import list_export, read_member
from grader.cohort.learners import Learner
from grader.course.source import Entry, Folder
from grader.errors import UsageError
from grader.names import printable

_MOST_ENTRIES = 100_000
_SHOWN = 300  # characters of a source
# what instructors keep beside hand-ins
_INSTRUCTORS = (
    *(".csv", ".tsv", ".xlsx", ".ods", ".toml", ".yml", ".yaml", ".json", ".md", ".ini", ".cfg", ".log"),
    *(".db", ".sqlite", ".db-wal", ".db-shm", ".db-journal", ".lock"),
)


class HandIn(msgspec.Struct, frozen=True):
    """What one learner handed in once, as it lies there. It is not opened yet.

    Attributes:
        learner: who.
        source: where it came from, as the instructor would type it: ``submissions.zip: doejane_12_345_hw.zip``.
        path: the folder, file, archive or clone on this machine; a name that is no UTF-8 stays as Python has it.
        parts: what of the folder or archive it is, and what the learner called that: files, or a folder in an archive
            where the name ends in ``/``. Empty: all.
        commit: of a clone, the one that is graded.
        time: when, as the platform says: ISO 8601 in UTC. Empty where it does not say.
        marked_late: whether the platform marks it as late.
        attempt: which of the learner's hand-ins it is, from 1.
        fault: why nothing of it can be graded, a sentence; empty where it is still to be opened.
    """

    learner: Learner
    source: str
    path: str
    parts: tuple[tuple[str, str], ...] = ()
    commit: str = ""
    time: str = ""
    marked_late: bool = False
    attempt: int = 1
    fault: str = ""


@dataclass(frozen=True, eq=False)
class Place:
    """A folder that hand-ins lie in, on disk or in an archive.

    Attributes:
        path: the folder, or the archive.
        typed: the same, as the instructor knows it.
        below: the folder in the archive, with ``/`` at its end; empty for the whole.
        index: of an archive, what is in each of its folders.
        only: the names that count; None for all.
    """

    path: Path
    typed: str
    below: str = ""
    index: dict[str, list[Entry]] | None = None
    only: frozenset[str] | None = None

    @cached_property
    def entries(self) -> list[Entry]:
        """What is in it, in the order in which people count: ``hw2`` before ``hw10``.

        Raises:
            UsageError: it cannot be read.
        """
        if self.index is not None:
            found = self.index.get(self.below, [])
        else:
            try:
                with Folder(self.path) as folder:
                    found = folder.entries(_MOST_ENTRIES)
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise UsageError(
                    f"{printable(self.typed)} cannot be read: {reason}. Make it readable first."
                ) from error
        wanted = [e for e in found if not e.name.startswith((".", "__")) and (self.only is None or e.name in self.only)]
        return sorted(wanted, key=lambda entry: _natural(entry.name))

    @property
    def folders(self) -> list[str]:
        """The names of the folders in it."""
        return [entry.name for entry in self.entries if entry.kind == "folder"]

    @property
    def files(self) -> list[str]:
        """The names of the files in it that may be handed in."""
        return [entry.name for entry in self.entries if entry.kind == "file" and not is_the_instructors(entry.name)]

    def inner(self, name: str) -> Place:
        """A folder in it."""
        typed = os.path.join(self.typed, name)  # noqa: PTH118 - as it was typed: Path would take ./ away
        if self.index is None:
            return Place(self.path / name, typed)
        return Place(self.path, typed, f"{self.below}{name}/", self.index)

    def narrowed(self, names: frozenset[str]) -> Place:
        """The same, with nothing in it but these."""
        return replace(self, only=names)

    def read(self, name: str, most: int) -> bytes:
        """What is in a file of it; nothing, where there is none."""
        if self.index is not None:
            return read_member(self.path, f"{self.below}{name}", self.typed, most)
        try:
            with Folder(self.path) as folder:
                return folder.read(name, most)[0][:most]
        except OSError:
            return b""

    def of_folder(self, name: str, learner: Learner) -> HandIn:
        """The hand-in that a folder in it is."""
        if self.index is None:
            return HandIn(learner, self.source(name), str(self.path / name))
        return HandIn(learner, self.source(name), str(self.path), ((f"{self.below}{name}/", ""),))

    def of_files(self, names: dict[str, str], learner: Learner) -> HandIn:
        """The hand-in that some files in it are: their names, with what the learner called them."""
        first, *others = names
        source = self.source(first) + (f" and {len(others)} more" if others else "")
        parts = tuple((f"{self.below}{name}", called) for name, called in names.items())
        return HandIn(learner, source, str(self.path), parts)

    def source(self, name: str) -> str:
        """Where something in it came from, as the instructor would type it."""
        if self.index is None:
            return printable(os.path.join(self.typed, name), _SHOWN)  # noqa: PTH118 - as above
        archive = self.typed.removesuffix(f"/{self.below.rstrip('/')}") if self.below else self.typed
        return printable(f"{archive}: {self.below}{name}", _SHOWN)


def place_of_folder(path: Path, typed: str) -> Place:
    """A folder on disk."""
    return Place(path, typed)


def place_of_archive(path: Path, typed: str) -> Place:
    """An archive, by its table of contents.

    Raises:
        RefusedError: it cannot be opened.
    """
    index: dict[str, dict[str, str]] = {"": {}}
    for name, kind, _ in list_export(path, typed):
        *above, last = name.split("/")
        below = ""
        for folder in above:
            index[below].setdefault(folder, "folder")
            below += f"{folder}/"
            index.setdefault(below, {})
        index[below].setdefault(last, kind)
        if kind == "folder":
            index.setdefault(f"{below}{last}/", {})
    return Place(
        path, typed, "", {below: [Entry(*pair) for pair in sorted(found.items())] for below, found in index.items()}
    )


def is_the_instructors(name: str) -> bool:
    """Whether a file beside hand-ins is nobody's hand-in, but a roster, a gradebook, a note."""
    return name.lower().endswith(_INSTRUCTORS)


def _natural(name: str) -> tuple[list[tuple[int, int, str]], str]:
    parts = re.findall(r"[0-9]{1,18}|[^0-9]+|[0-9]+", name.casefold())
    return [(0, int(part), "") if part.isdecimal() and len(part) < 19 else (1, 0, part) for part in parts], name
