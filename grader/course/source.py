"""Reading one file of a submission: never through a link, never a device, never more than a mebibyte."""

from __future__ import annotations

import functools
import io
import operator
import os
import stat
import tokenize
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

from grader.names import printable

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

MOST_BYTES = 1 << 20
_HAS_DIR_FD = os.open in os.supports_dir_fd and os.scandir in os.supports_fd
# O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever; a flag that a platform lacks is 0
_CAUTIOUS = functools.reduce(
    operator.or_, (getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC")), os.O_RDONLY
)
_FILE = _CAUTIOUS | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
_FOLDER = _CAUTIOUS | getattr(os, "O_DIRECTORY", 0)
# the encodings of text editors; others (punycode, unicode_escape, utf_7, idna …) are slow or no text
_ENCODINGS = (
    *("utf", "ascii", "us-ascii", "iso8859", "iso-8859", "latin", "cp", "windows-125", "mac", "koi8"),
    *("gb", "big5", "shift_jis", "shift-jis", "euc"),
)
_NEVER = ("utf-7", "utf_7", "utf7", "utf-16", "utf_16", "utf16", "utf-32", "utf_32", "utf32", "cp65000")
_SAVE = "Open it in your editor and save it as UTF-8"
_SHOWN_HEAD = 1 << 16


@dataclass(frozen=True)
class SourceFile:
    r"""One Python file of a submission.

    Attributes:
        module: its dotted name below the submission's root, as in ``lecture5.cross_entropy``.
        display: its path as the learner would type it.
        text: what it holds, with ``\n`` at line ends; empty if it could not be read.
        fault: why it cannot be graded and what to do about it, in one or two sentences and perhaps the line
            in question; empty if all is well.
        notes: warnings that keep nothing from being graded.
        cells: of a notebook, the number of each cell of code, and the line of the text that it begins on.
        lost: of a notebook, what those cells define that Python cannot read -> a sentence that says so.
    """

    module: str
    display: str
    text: str
    fault: str = ""
    notes: tuple[str, ...] = ()
    cells: tuple[tuple[int, int], ...] = ()
    lost: tuple[tuple[str, str], ...] = ()

    def place(self, line: int) -> tuple[str, int]:
        """Where a line of the text is: the file as it is shown, with the cell of a notebook, and the line in it."""
        before = [(number, start) for number, start in self.cells if start <= line]
        if not before:
            return self.display, line
        number, start = before[-1]
        return f"{self.display}, cell {number}", line - start + 1

    def line_in_words(self, line: int) -> str:
        """``Line 3``, or ``Line 3 of cell 7``."""
        number = self.place(line)[0].rpartition(", cell ")[2]
        return f"Line {self.place(line)[1]} of cell {number}" if self.cells and number.isdecimal() else f"Line {line}"


class Entry(NamedTuple):
    """One name in a folder, and what it stands for: ``file``, ``folder``, ``link`` or ``other``."""

    name: str
    kind: str


class Folder:
    """A folder of a submission, held open so that nothing can be swapped for a link while it is read."""

    def __init__(self, path: Path, parent: Folder | None = None) -> None:
        """Open ``path``, by its last name inside ``parent`` where there is one.

        Raises:
            OSError: if it is a link, no folder, or closed to us.
        """
        self.path = path
        self.fd: int | None = None
        if _HAS_DIR_FD:
            name = path if parent is None else path.name
            self.fd = os.open(name, _FOLDER, dir_fd=None if parent is None else parent.fd)
        elif not stat.S_ISDIR(os.lstat(path).st_mode):
            raise NotADirectoryError(f"{path} is not a folder")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.fd is not None:
            os.close(self.fd)

    def entries(self, most: int) -> list[Entry]:
        """List the folder by name, at most that many entries of it."""
        found: list[Entry] = []
        with os.scandir(self.path if self.fd is None else self.fd) as entries:
            for entry in entries:
                if len(found) == most:
                    break
                found.append(Entry(entry.name, _kind_of(entry)))
        return sorted(found)

    def read(self, name: str, most: int = MOST_BYTES) -> tuple[bytes, str]:
        """Read one file: its bytes, at most one more than ``most``, and a fault if that cannot be.

        Raises:
            FileNotFoundError: if there is nothing of that name.
        """
        place = name if self.fd is not None else str(self.path / name)
        shown = printable(name)
        try:
            # looked at before it is opened, as opening a device can already do something
            fault = _fault_of_kind(os.stat(place, dir_fd=self.fd, follow_symlinks=False).st_mode, shown)
            if fault:
                return b"", fault
            fd = os.open(place, _FILE, dir_fd=self.fd)
        except FileNotFoundError:
            raise
        except OSError as error:
            return b"", _fault_of_error(error, shown)
        try:
            fault = _fault_of_kind(os.fstat(fd).st_mode, shown)
            return (b"", fault) if fault else (_read(fd, most), "")
        except OSError as error:
            return b"", _fault_of_error(error, shown)
        finally:
            os.close(fd)


def decode(data: bytes, name: str) -> tuple[str, str]:
    r"""Turn a file's bytes into text as Python would, or into a fault.

    Args:
        data: the bytes, possibly one more than may be.
        name: the file's name, for messages.

    Returns:
        The text with ``\n`` at line ends and no byte-order mark, and an empty fault; or no text and a fault.
    """
    if len(data) > MOST_BYTES:
        return "", _fault_of_size(data, name)
    fault = _fault_of_marks(data)
    if fault:
        return "", fault
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0].lower()
    except SyntaxError as error:
        if "missing encoding" not in str(error):  # that is said of lines which decoding will name
            return "", (
                "This file declares an encoding that Python does not know, or that it is not saved in. "
                f"{_SAVE}, and delete the line with `coding`."
            )
        encoding = "utf-8"
    except (LookupError, ValueError, ImportError, OSError):  # a declared name that is no name at all
        encoding = "without a proper name"
    if not encoding.startswith(_ENCODINGS) or encoding.startswith(_NEVER):
        return "", (
            f"This file declares the encoding {printable(encoding, 40)}, which the grader does not read. "
            f"{_SAVE}, and delete the line with `coding`."
        )
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        name_of = "UTF-8" if encoding.startswith("utf") else printable(encoding, 40)
        return "", (
            f"Line {line} holds a byte (0x{data[error.start]:02x}) that is not {name_of}; "
            f"the file was probably saved in another encoding. {_SAVE}."
        )
    except (ValueError, LookupError):
        return (
            "",
            f"This file is no text in the encoding {printable(encoding, 40)} that it declares. {_SAVE}.",
        )
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), ""


def looks_like_notebook(head: str) -> bool:
    """Tell from its beginning whether a text is a Jupyter notebook."""
    return head.lstrip("\ufeff \t\r\n").startswith("{") and '"cells"' in head


def notebook_fault(name: str) -> str:
    """Say what to do with a notebook that is named as a script."""
    return f"This file is a notebook (JSON), not Python. Rename it to {name.rpartition('.')[0] or name}.ipynb."


def _kind_of(entry: os.DirEntry[str]) -> str:
    try:
        if entry.is_symlink():
            return "link"
        if entry.is_dir(follow_symlinks=False):
            return "folder"
        return "file" if entry.is_file(follow_symlinks=False) else "other"
    except OSError:
        return "other"


def _read(fd: int, most: int) -> bytes:
    """Read at most one byte more than may be, whatever size the file claims to have."""
    chunks: list[bytes] = []
    missing = most + 1
    while missing and (chunk := os.read(fd, missing)):
        chunks.append(chunk)
        missing -= len(chunk)
    return b"".join(chunks)


def _fault_of_kind(mode: int, name: str) -> str:
    if stat.S_ISREG(mode):
        return ""
    if stat.S_ISLNK(mode):
        return f"{name} is a symbolic link, and links are not followed. Put the file itself in its place."
    if stat.S_ISDIR(mode):
        return f"{name} is a folder. Put a Python file of that name in its place."
    return f"{name} is not a regular file (but a pipe, socket or device). Put a Python file in its place."


def _fault_of_error(error: OSError, name: str) -> str:
    if isinstance(error, PermissionError):
        return f"{name} cannot be read: permission denied. Allow it with: chmod u+r {name}"
    reason = error.strerror or type(error).__name__
    return f"{name} cannot be read ({reason}). See whether you can open it in your editor, and save it again."


def _fault_of_size(data: bytes, name: str) -> str:
    if looks_like_notebook(data[:_SHOWN_HEAD].decode("utf-8", "replace")):
        return notebook_fault(name)
    return (
        "This file is larger than 1 MiB, which is too large for an exercise. "
        "Take data and pasted output out of it; only code belongs here."
    )


def _fault_of_marks(data: bytes) -> str:
    """Recognise UTF-16 and UTF-32 by their byte-order marks, and what is no text by its zero bytes."""
    if data.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return f"This file is saved as UTF-32. {_SAVE}."
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return f"This file is saved as UTF-16 (as Windows' Notepad and PowerShell may do). {_SAVE}."
    zero = data.find(b"\0")
    if zero < 0:
        return ""
    if zero <= 1 and len(data) % 2 == 0 and data.count(b"\0") >= len(data) // 3:
        return f"This file seems to be saved as UTF-16. {_SAVE}."
    line = data.count(b"\n", 0, zero) + 1
    return (
        f"This file holds zero bytes (the first on line {line}), so it is not Python text. "
        "If it is your program, open it in your editor and save it as UTF-8; "
        "if it is something else, put your program in its place."
    )
