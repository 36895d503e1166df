"""The private folder that a hand-in is opened in: safe names, bounded sizes, and nothing left of it afterwards."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from grader.course.notebooks import MOST_BYTES as _MOST_OF_A_FILE
from grader.course.reading import ATTEMPTS, SKIPPED
from grader.course.submission import HANDOUT, MOST_OF_HANDOUT
from grader.errors import GraderError
from grader.names import printable
from grader.system import flags

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
_MOST_OF_AN_ARCHIVE = 64 << 20  # bytes of an archive in a hand-in
_MOST_BYTES = 96 << 20  # of all that is written of one hand-in
_MOST_FILES = 2_000  # that are written
_MOST_ENTRIES = 50_000  # that are looked at: whoever hands in an environment hands in as many
_MOST_ARCHIVES = 5
_MOST_NAMES = 200  # that are remembered, to say what was found
_MOST_NOTES = 20
_LONGEST = 240  # bytes of a name; file systems take 255
_DEEPEST = 40
_PACKED_WELL = 1 << 20  # bytes below which nothing is a bomb, however well it is packed
_MOST_RATIO = 250  # text is packed to a tenth, at best to a fiftieth
_BLANK = "__MACOSX"


class RefusedError(GraderError):
    """A hand-in, or an archive in it, is not opened. The message is a sentence for its learner."""


@dataclass
class Budget:
    """What one hand-in may still take, whatever is packed in it."""

    bytes: int = _MOST_BYTES
    files: int = _MOST_FILES
    entries: int = _MOST_ENTRIES
    archives: int = _MOST_ARCHIVES


@dataclass
class PrivateFolder:
    """A folder that nobody else may look into, with what a hand-in holds of code and archives, and its `bundle.toml`.

    Use as a context manager: it is removed at the end, with all that is in it.

    Attributes:
        budget: what may still be written.
        names: the first of what the hand-in holds, whether it is written or not.
        notes: what was left out, a sentence each.
        path: where it is.
    """

    budget: Budget = field(default_factory=Budget)
    names: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    path: Path = Path()
    _there: dict[str, str] = field(default_factory=dict)  # a file as a disk compares it -> as it is spelt

    def __enter__(self) -> Self:
        try:
            self.path = Path(os.path.realpath(tempfile.mkdtemp(prefix="gradlings-hand-in-")))  # 0700, by mkdtemp
        except OSError as error:
            raise GraderError(_no_room(error)) from error
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.path, ignore_errors=True)

    def add(self, name: str, kind: str, chunks: Callable[[], Iterable[bytes]], packed: int = 0) -> None:
        r"""Take something of a hand-in: code and archives are written, of the rest the name is remembered.

        Args:
            name: where it lies in the hand-in; ``/`` and ``\`` part folders.
            kind: ``file``, ``folder``, ``link`` or ``other``.
            chunks: gives what is in it, in pieces; asked at most once, and no further than is wanted.
            packed: the bytes that it takes up in an archive; 0 where it lies in none.

        Raises:
            RefusedError: by its name or size it is meant to do harm, or cannot be what was handed in.
            GraderError: it cannot be written.
        """
        self.budget.entries -= 1
        if self.budget.entries < 0:
            raise RefusedError(f"It holds more than {_MOST_ENTRIES:,} files. Hand in the exercises alone.")
        parts = safe_parts(name)
        if not parts or is_left_out(parts):
            return
        shown = "/".join(parts)
        if kind != "folder" and len(self.names) < _MOST_NAMES:
            self.names.append(shown)
        if not most_of(shown) or kind == "folder":
            return
        if kind != "file":
            what = "a link, and links are not followed" if kind == "link" else "no regular file"
            self.note(f"{shown} is {what}. Put the file itself in its place.")
        elif len(parts) > _DEEPEST or max(len(os.fsencode(part)) for part in parts) > _LONGEST:
            self.note(f"{shown} was left out: its name is too long.")
        else:
            self._write(parts, chunks, packed)

    def note(self, text: str) -> None:
        """Note something once, within bounds."""
        text = printable(text, 400)
        if text not in self.notes and len(self.notes) < _MOST_NOTES:
            self.notes.append(text)

    def _write(self, parts: tuple[str, ...], chunks: Callable[[], Iterable[bytes]], packed: int) -> None:
        shown = printable("/".join(parts))
        self._claim(parts, shown)
        self.budget.files -= 1
        if self.budget.files < 0:
            raise RefusedError(f"It holds more than {_MOST_FILES:,} files of code. Hand in the exercises alone.")
        is_archive = shown.lower().endswith(ARCHIVES)
        most = most_of(shown) + 1  # of a file that is too long to be read, one byte more than can be read tells so
        written = 0
        fd = self._create(parts, shown)
        try:
            for chunk in chunks():
                part = chunk[: most - written]
                written += len(part)
                self.budget.bytes -= len(part)
                if packed and written > max(_PACKED_WELL, packed * _MOST_RATIO):
                    raise RefusedError(
                        f"{shown} unpacks to more than {_MOST_RATIO} times its size, as no program does."
                    )
                if self.budget.bytes < 0:
                    raise RefusedError(f"It unpacks to more than {_MOST_BYTES >> 20} MiB. Hand in the exercises alone.")
                _write_all(fd, part)
                if written == most:
                    break
        finally:
            os.close(fd)
        if is_archive and written == most:
            raise RefusedError(f"{shown} is larger than {_MOST_OF_AN_ARCHIVE >> 20} MiB. Hand in the exercises alone.")

    def _claim(self, parts: tuple[str, ...], shown: str) -> None:
        """See that nothing else has the name, on whatever disk."""
        at = "/".join(parts)
        before = self._there.setdefault(as_disks_compare(at), at)
        if before != at:
            raise RefusedError(f"It holds both {printable(before)} and {shown}, which on many machines are one file.")
        if (self.path.joinpath(*parts)).exists():
            raise RefusedError(f"It holds {shown} twice, and which of them counts cannot be told. Pack it again.")

    def _create(self, parts: tuple[str, ...], shown: str) -> int:
        path = self.path.joinpath(*parts)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(path, flags("O_WRONLY", "O_CREAT", "O_EXCL", "O_NOFOLLOW"), 0o600)
        except (FileExistsError, NotADirectoryError):
            raise RefusedError(
                f"Of {shown} and what lies about it, one is a file and a folder. Pack it again."
            ) from None
        except OSError as error:
            raise GraderError(_no_room(error)) from error


def most_of(name: str) -> int:
    """The bytes that are taken of a file, by its name; 0 where nobody reads it."""
    if name.lower().endswith(ARCHIVES):
        return _MOST_OF_AN_ARCHIVE
    if name.rpartition("/")[2] == HANDOUT:
        return MOST_OF_HANDOUT
    return _MOST_OF_A_FILE if name.lower().endswith(ATTEMPTS) else 0


def safe_parts(name: str) -> tuple[str, ...]:
    """Take a path apart; nothing is left of ``.`` and of slashes at the end.

    Raises:
        RefusedError: it leads out of the folder that it is unpacked in.
    """
    path = name.replace("\\", "/")
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    if path.startswith("/") or ".." in parts or "\0" in path or any(re.match(r"[A-Za-z]:", part) for part in parts):
        raise RefusedError(
            f"It holds {printable(name, 100)!r}, which would be written outside of the folder that it is unpacked in. "
            "Pack the folder of your exercises again."
        )
    return parts


def is_left_out(parts: tuple[str, ...]) -> bool:
    """Whether nobody wrote it: what systems and tools leave behind, and whole environments."""
    return any(part.startswith(".") or part == _BLANK or part in SKIPPED for part in parts)


def as_disks_compare(path: str) -> str:
    """A path as Windows and macOS compare it."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _write_all(fd: int, data: bytes) -> None:
    try:
        while data:
            data = data[os.write(fd, data) :]
    except OSError as error:
        raise GraderError(_no_room(error)) from error


def _no_room(error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    return f"A hand-in could not be opened in {tempfile.gettempdir()}: {reason}. Another folder is taken by TMPDIR."
