"""Opening archives that may be meant to do harm: bounded by what comes out of them, never by what they claim.

Only names and code are taken out of them. See ``private`` for what may be written, and where.
"""

from __future__ import annotations

import gzip
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

from grader.cohort.private import ARCHIVES, PrivateFolder, RefusedError, is_left_out, safe_parts
from grader.cohort.tar_stream import BLOCK, BrokenError, read_tar
from grader.errors import GraderError
from grader.names import printable

UNOPENED = (".rar", ".7z", ".gz", ".bz2", ".xz", ".zst", ".tbz2", ".txz", ".lz", ".z", ".cab", ".iso", ".dmg")
_CHUNK = 1 << 16
_MOST_TABLE = 32 << 20  # bytes of a zip's table of contents: 300,000 files, of an export of a whole class
_MOST_STREAM = 1 << 30  # bytes that a compressed tar unpacks to
_MOST_IN_MEMORY = 64 << 20
_SMALL_STREAM = 32 << 20  # bytes below which a compressed tar is no bomb
_MOST_RATIO = 250
_END, _END_SIZE = b"PK\5\6", 22
_END_64, _LOCATOR_64 = b"PK\6\6", b"PK\6\7"
_METHODS = {0: "stored", 8: "deflated"}
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, BrokenError),
    *(EOFError, OSError, ValueError, OverflowError, NotImplementedError, RuntimeError),  # of zipfile and gzip
)


class Member(NamedTuple):
    """An entry of an archive.

    Attributes:
        name: as it stands there.
        kind: ``file``, ``folder``, ``link`` or ``other``.
        chunks: what is in it, in pieces, until the next entry is asked for.
        packed: the bytes that it takes up in the archive; 0 where that is not told.
    """

    name: str
    kind: str
    chunks: Callable[[], Iterable[bytes]]
    packed: int = 0


def is_archive(name: str) -> bool:
    """Whether a file is an archive that can be opened, by its name."""
    return name.lower().endswith(ARCHIVES)


def stem_of_archive(name: str) -> str:
    """A name without the endings of archives: ``hw.tar.gz`` is ``hw``."""
    ending = next((ending for ending in sorted(ARCHIVES, key=len, reverse=True) if name.lower().endswith(ending)), "")
    return name[: len(name) - len(ending)]


def list_archive(path: Path, shown: str) -> list[tuple[str, str]]:
    """The names in an archive that may hold a whole class, with their kinds; unsafe and hidden ones are not among them.

    Raises:
        RefusedError: it cannot be opened.
    """
    found: list[tuple[str, str]] = []
    with _opened(path, shown) as members:
        for member in members:
            try:
                parts = safe_parts(member.name)
            except RefusedError:  # whose it is cannot be told
                continue
            if parts and not is_left_out(parts):
                found.append(("/".join(parts), member.kind))
    return found


def read_member(path: Path, name: str, shown: str, most: int = _MOST_IN_MEMORY) -> bytes:
    """What is in one file of an archive; its beginning, where it is longer than wanted.

    Raises:
        RefusedError: it cannot be opened.
    """
    with _opened(path, shown) as members:
        for member in members:
            if member.name.replace("\\", "/").strip("/") == name and member.kind == "file":
                return b"".join(_first(member.chunks(), most))
    return b""


def unpack(
    path: Path, shown: str, folder: PrivateFolder, parts: Collection[tuple[str, str]] = (), to: str = ""
) -> None:
    """Unpack an archive into a private folder.

    Args:
        path: the archive.
        shown: what the learner calls it.
        folder: takes what is code, and remembers what else there is.
        parts: what is taken, and what it is then called: files, or folders where the name ends in ``/``. Empty: all.
        to: the folder in the private folder that it is unpacked to.

    Raises:
        RefusedError: it cannot be opened, or is meant to do harm.
        GraderError: there is no room for it.
    """
    folder.budget.archives -= 1
    if folder.budget.archives < 0:
        raise RefusedError("It holds too many archives. Hand in the exercises alone.")
    with _opened(path, shown) as members:
        for member in members:
            name = member.name.replace("\\", "/")
            called = _called(name.removeprefix("./"), parts) if parts else name
            if called is not None:
                safe_parts(called)
                folder.add(f"{to}/{called}" if to else called, member.kind, member.chunks, member.packed)


def raw_parts(path: Path, parts: Collection[tuple[str, str]]) -> Iterator[bytes]:
    """The bytes of some of what is in an archive, one file after the other.

    Raises:
        RefusedError: it cannot be opened.
    """
    with _opened(path, path.name) as members:
        for member in members:
            if member.kind == "file" and _called(member.name.replace("\\", "/").removeprefix("./"), parts) is not None:
                yield from member.chunks()


def _called(name: str, parts: Collection[tuple[str, str]]) -> str | None:
    """What a member is called in the hand-in; None where it belongs to another one."""
    for part, called in parts:
        if part.endswith("/") and name.startswith(part):
            return called + name[len(part) :]
        if name == part:
            return called
    return None


def _first(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk[:most]
        most -= len(chunk)
        if most <= 0:
            return


@contextmanager
def _opened(path: Path, shown: str) -> Iterator[Iterator[Member]]:
    """Open an archive, by what it is; whatever is wrong with it is a sentence."""
    shown = printable(shown)
    try:
        with path.open("rb") as file:
            head = file.read(BLOCK)
            file.seek(0)
            yield _members(file, head, path, shown)
    except RefusedError as error:  # what is in it does not know what it is in
        text = str(error)
        raise RefusedError(text if text.startswith(shown) else f"{shown} is refused. {text}") from error
    except GraderError:
        raise
    except MemoryError:
        raise RefusedError(f"{shown} cannot be unpacked: it takes too much memory. Pack it again.") from None
    except _BROKEN as error:
        reason = printable(str(getattr(error, "strerror", None) or error) or type(error).__name__, 100)
        raise RefusedError(
            f"{shown} is broken ({reason}). See whether you can unpack it, and hand it in again."
        ) from error


def _members(file: IO[bytes], head: bytes, path: Path, shown: str) -> Iterator[Member]:
    """The members of an archive, by how it begins."""
    if head.startswith(b"PK"):
        return _zip_members(file, shown)
    if head.startswith(b"\x1f\x8b"):
        return _tar_members(_Counted(file, path.stat().st_size), shown)
    if head[257:262] == b"ustar" or (head and path.name.lower().endswith(".tar")):
        return _tar_members(file, shown)
    raise RefusedError(_none(head, shown))


def _none(head: bytes, shown: str) -> str:
    """What is said of a file that is named as an archive."""
    if not head:
        return f"{shown} is empty: there is nothing in the file. Hand it in again."
    known = {b"Rar!": "a RAR", b"7z\xbc\xaf": "a 7z", b"%PDF": "a PDF", b"<!DO": "a web page", b"<htm": "a web page"}
    what = known.get(head[:4], "something else")
    return f"{shown} is named as an archive, but it is {what}. Hand in a zip."


def _zip_members(file: IO[bytes], shown: str) -> Iterator[Member]:
    if _size_of_table(file) > _MOST_TABLE:
        raise RefusedError(f"{shown} lists more files than anybody hands in. Hand in the exercises alone.")
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            yield Member(
                _zip_name(info), _zip_kind(info), partial(_zip_chunks, archive, info, shown), info.compress_size
            )


def _zip_chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo, shown: str) -> Iterator[bytes]:
    if info.flag_bits & 0x1:
        raise RefusedError(f"{shown} is protected by a password. Hand it in without one.")
    if info.compress_type not in _METHODS:
        raise RefusedError(f"{shown} is packed by a method that is not read. Pack it as a common zip (deflate).")
    with archive.open(info) as opened:
        while chunk := opened.read(_CHUNK):
            yield chunk


def _zip_name(info: zipfile.ZipInfo) -> str:
    """A member's name; many programs write UTF-8, and do not say so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _zip_kind(info: zipfile.ZipInfo) -> str:
    form = stat.S_IFMT(info.external_attr >> 16)
    if form == stat.S_IFLNK:
        return "link"
    if info.is_dir() or form == stat.S_IFDIR:
        return "folder"
    return "file" if form in (0, stat.S_IFREG) else "other"


def _size_of_table(file: IO[bytes]) -> int:
    """The bytes of a zip's table of contents, which zipfile reads at once; 0 where it finds none either."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_SIZE - (1 << 16)))
    tail = file.read()
    at = len(tail) - _END_SIZE if tail[-_END_SIZE:].startswith(_END) and tail.endswith(b"\0\0") else tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        return 0
    table = int(struct.unpack("<L", tail[at + 12 : at + 16])[0])
    place = size - len(tail) + at
    if place >= 76:  # a locator, and the end of a table of more than 4 GiB or 65,535 files before it
        file.seek(place - 76)
        both = file.read(76)
        if both[56:60] == _LOCATOR_64 and both.startswith(_END_64):
            table = max(table, struct.unpack("<Q", both[40:48])[0])
    file.seek(0)
    return table


def _tar_members(file: IO[bytes] | _Counted, shown: str) -> Iterator[Member]:
    try:
        for member in read_tar(file.read):
            yield Member(member.name, member.kind, member.chunks)
    except BrokenError as error:
        raise RefusedError(
            f"{shown} is broken: {error}. See whether you can unpack it, and hand it in again."
        ) from error


class _Counted:
    """What a gzip unpacks to, as long as that is bearable."""

    def __init__(self, file: IO[bytes], packed: int) -> None:
        self._stream = gzip.GzipFile(fileobj=file)
        self._packed = packed
        self._read = 0

    def read(self, size: int) -> bytes:
        """Read so many bytes, and fewer at the end alone."""
        data = self._stream.read(size)
        self._read += len(data)
        if self._read > max(_SMALL_STREAM, self._packed * _MOST_RATIO):
            raise RefusedError(f"It unpacks to more than {_MOST_RATIO} times its size, as no program does.")
        if self._read > _MOST_STREAM:
            raise RefusedError("It unpacks to more than 1 GiB. Unpack it into a folder, and give that.")
        return data
