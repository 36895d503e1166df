"""A folder among a stranger's files, held open: no link is followed, no FIFO waited for, nothing read without end."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import weakref
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from grader.system import HOLDS_FOLDERS, flags, refuse_link, replace

_FOLDER = flags("O_RDONLY", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC")
_SAFELY = flags("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY")  # opening a FIFO that nobody writes to would wait for ever
_NEW = _SAFELY | flags("O_WRONLY", "O_CREAT", "O_EXCL", "O_NOFOLLOW")
_MOST_ENTRIES = 10_000
_PIECE = 1 << 20


def read_regular(path: Path | str, most: int, *, folder: int | None = None, follow: bool = False) -> bytes:
    """Read a regular file, up to a bound.

    Args:
        path: the file.
        most: how many bytes it may have.
        folder: a folder's descriptor, to which the path is relative.
        follow: whether it may be a link.

    Raises:
        OSError: it cannot be read, is no regular file, or is larger.
    """
    if not follow:
        refuse_link(path)
    opened = os.open(path, os.O_RDONLY | _SAFELY | (0 if follow else flags("O_NOFOLLOW")), dir_fd=folder)
    with os.fdopen(opened, "rb", buffering=0) as file:
        _demand_regular(opened)
        data = bytearray()
        while len(data) <= most:
            piece = file.read(min(_PIECE, most + 1 - len(data)))
            if not piece:
                return bytes(data)
            data += piece
    raise OSError(errno.EFBIG, f"it has more than {most:,} bytes")


def _demand_regular(opened: int) -> os.stat_result:
    status = os.fstat(opened)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file")
    return status


class HeldFolder:
    """A folder that is opened once: it cannot be swapped for a link between one file and the next.

    Where folders cannot be held open, on Windows, it is looked at before each file instead.

    Args:
        path: the folder.
        make: whether to make it where nothing is.

    Raises:
        OSError: it is a link, something else, or closed to us.
    """

    def __init__(self, path: Path, *, make: bool = True) -> None:
        if make:
            with contextlib.suppress(FileExistsError):
                path.mkdir()
        self._fd: int | None = None
        self._path = ""
        if HOLDS_FOLDERS:
            self._fd = os.open(path, _FOLDER)
            weakref.finalize(self, os.close, self._fd)
        else:
            refuse_link(path)
            self._path = str(path.resolve(strict=True))
            if not Path(self._path).is_dir():
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), self._path)

    def _named(self, name: str) -> str:
        """A file here as the system is to be told of it, beside the folder's descriptor."""
        if not self._path:
            return name
        refuse_link(self._path)
        return str(Path(self._path, name))

    def read(self, name: str, most: int) -> bytes:
        """Read a regular file of at most so many bytes; see `read_regular`."""
        return read_regular(self._named(name), most, folder=self._fd)

    def put(self, name: str, content: bytes) -> None:
        """Write a file whole and rename it into place, so that it can be read at any time.

        Raises:
            OSError: it cannot be written; nothing is left of the attempt.
        """
        new = f".{secrets.token_hex(8)}.new"
        opened = os.open(self._named(new), _NEW, 0o644, dir_fd=self._fd)
        try:
            with os.fdopen(opened, "wb") as file:
                file.write(content)
            replace(self._named(new), self._named(name), folder=self._fd)
        except BaseException:  # Ctrl-C too
            self.remove(new)
            raise

    def create(self, name: str, content: bytes) -> None:
        """Write a new file, and have it on the disk before anything that it is a copy of is changed.

        Raises:
            FileExistsError: there is something of that name, and it is left as it is.
            OSError: it cannot be written; nothing is left of the attempt.
        """
        opened = os.open(self._named(name), _NEW, 0o644, dir_fd=self._fd)
        try:
            with os.fdopen(opened, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(opened)
        except BaseException:
            self.remove(name)
            raise

    def append(self, name: str, content: bytes, most: int) -> None:
        """Add to a file; one that would grow beyond so many bytes is begun anew.

        Raises:
            OSError: it is a link, no regular file, another name of some other file, or cannot be written.
        """
        refuse_link(self._named(name))
        how = _SAFELY | flags("O_WRONLY", "O_APPEND", "O_CREAT", "O_NOFOLLOW")
        opened = os.open(self._named(name), how, 0o644, dir_fd=self._fd)
        with os.fdopen(opened, "ab") as file:
            status = _demand_regular(opened)
            if status.st_nlink != 1:
                raise OSError(errno.EMLINK, "the file has another name, too")
            if status.st_size + len(content) > most:
                file.truncate(0)
            file.write(content)

    def remove(self, name: str) -> None:
        """Remove a file, if it is there and may be removed."""
        with contextlib.suppress(OSError):
            os.unlink(self._named(name), dir_fd=self._fd)

    def regular_files(self) -> Iterator[tuple[str, float]]:
        """The names of regular files here and when they were last written, of the first ten thousand entries."""
        with os.scandir(self._path if self._fd is None else self._fd) as entries:
            for entry in islice(entries, _MOST_ENTRIES):
                with contextlib.suppress(OSError):  # gone since: another run has ended
                    status = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(status.st_mode):
                        yield entry.name, status.st_mtime
