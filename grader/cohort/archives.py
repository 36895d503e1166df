"""Opening archives that may be meant to do harm: bounded by what comes out of them, never by what they claim.

Only names and code are taken out of them. See ``private`` for what may be written, and where.
"""

from __future__ import annotations

import gzip
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
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
_MOST_STREAM = 256 << 20  # bytes that a compressed tar unpacks to, as all of it must be to find what is in it
_SMALL_STREAM = 32 << 20  # bytes below which a compressed tar is no bomb
_MOST_RATIO = 250
_FILE = b"PK\3\4"
_END, _END_SIZE = b"PK\5\6", 22
_END_64, _LOCATOR_64 = b"PK\6\6", b"PK\6\7"
_METHODS = {0: "stored", 8: "deflated"}
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, BrokenError),
    *(EOFError, OSError, ValueError, OverflowError, NotImplementedError, RuntimeError),  # of zipfile and gzip
)


class Packed(NamedTuple):
    """Where a member of a zip is: its header, and what the table of contents says of it."""

    offset: int
    size: int
    method: int
    flags: int
    crc: int


class Stored(NamedTuple):
    """Where the bytes of a member of a tar are, in what it unpacks to."""

    offset: int
    size: int


class Member(NamedTuple):
    """An entry of an archive.

    Attributes:
        name: as it stands there.
        kind: ``file``, ``folder``, ``link`` or ``other``.
        chunks: what is in it, in pieces, until the next entry is asked for.
        place: where it is, for whoever comes back for it.
        packed: the bytes that it takes up in the archive; 0 where that is not told.
    """

    name: str
    kind: str
    chunks: Callable[[], Iterable[bytes]]
    place: Packed | Stored
    packed: int = 0


def is_archive(name: str) -> bool:
    """Whether a file is an archive that can be opened, by its name."""
    return name.lower().endswith(ARCHIVES)


def stem_of_archive(name: str) -> str:
    """A name without the endings of archives: ``hw.tar.gz`` is ``hw``."""
    ending = next((ending for ending in sorted(ARCHIVES, key=len, reverse=True) if name.lower().endswith(ending)), "")
    return name[: len(name) - len(ending)]


def unpack(path: Path, shown: str, folder: PrivateFolder, to: str = "") -> None:
    """Unpack an archive into a private folder.

    Args:
        path: the archive.
        shown: what the learner calls it.
        folder: takes what is code, and remembers what else there is.
        to: the folder in the private folder that it is unpacked to.

    Raises:
        RefusedError: it cannot be opened, or is meant to do harm.
        GraderError: there is no room for it.
    """
    folder.budget.archives -= 1
    if folder.budget.archives < 0:
        raise RefusedError("It holds too many archives. Hand in the exercises alone.")
    with opened(path, shown) as members:
        for member in members:
            safe_parts(member.name)
            folder.add(f"{to}/{member.name}" if to else member.name, member.kind, member.chunks, member.packed)


def names_at_top(path: Path, shown: str) -> set[str]:
    """The names of the files and folders that an archive holds, without what is in the folders.

    Raises:
        RefusedError: it cannot be opened, or is meant to do harm.
    """
    with opened(path, shown) as members:
        found = [safe_parts(member.name) for member in members]
    return {parts[0] for parts in found if parts and not is_left_out(parts)}


@contextmanager
def opened(path: Path, shown: str, most: int = _MOST_STREAM) -> Iterator[Iterator[Member]]:
    """Open an archive, by what it is; whatever is wrong with it is a sentence.

    Args:
        path: the archive.
        shown: what it is called in the sentence.
        most: the bytes that a compressed tar may unpack to.

    Raises:
        RefusedError: it cannot be opened, or what the body does with it is refused.
    """
    shown = printable(shown)
    with refusing(shown), path.open("rb") as file:
        head = file.read(BLOCK)
        file.seek(0)
        yield _members(file, head, path, shown, most)


@contextmanager
def refusing(shown: str) -> Iterator[None]:
    """Turn whatever goes wrong with an archive into a sentence that names it.

    Raises:
        RefusedError: it went wrong.
    """
    try:
        yield
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


def _members(file: IO[bytes], head: bytes, path: Path, shown: str, most: int) -> Iterator[Member]:
    """The members of an archive, by how it begins."""
    if head.startswith(b"PK"):
        return _zip_members(file, shown)
    if head.startswith(b"\x1f\x8b"):
        return _tar_members(_Counted(file, path.stat().st_size, most), shown)
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
            place = Packed(info.header_offset, info.compress_size, info.compress_type, info.flag_bits, info.CRC)
            chunks = partial(packed_chunks, file, place, shown)
            yield Member(_zip_name(info), _zip_kind(info), chunks, place, info.compress_size)


def packed_chunks(file: IO[bytes], place: Packed, shown: str) -> Iterator[bytes]:
    """What a member of a zip unpacks to, in pieces.

    Raises:
        RefusedError: it is locked, or packed as nobody needs to.
        ValueError, zlib.error: it is broken.
    """
    if place.flags & 0x1:
        raise RefusedError(f"{shown} is protected by a password. Hand it in without one.")
    if place.method not in _METHODS:
        raise RefusedError(f"{shown} is packed by a method that is not read. Pack it as a common zip (deflate).")
    file.seek(place.offset)
    header = file.read(30)
    if len(header) < 30 or not header.startswith(_FILE):
        raise BrokenError("a file in it is not where it should be")
    file.seek(place.offset + 30 + sum(struct.unpack("<HH", header[26:30])))
    raw, crc = pieces(file, place.size), 0
    for chunk in _inflated(raw) if place.method else raw:
        crc = zlib.crc32(chunk, crc)
        yield chunk
    if crc != place.crc:
        raise BrokenError("a file in it is damaged")


def pieces(file: IO[bytes], size: int) -> Iterator[bytes]:
    """So many bytes of a file, from where it is.

    Raises:
        BrokenError: there are fewer.
    """
    while size:
        chunk = file.read(min(size, _CHUNK))
        if not chunk:
            raise BrokenError("it ends in the middle of a file")
        size -= len(chunk)
        yield chunk


def _inflated(raw: Iterator[bytes]) -> Iterator[bytes]:
    unpacking, rest = zlib.decompressobj(-zlib.MAX_WBITS), b""
    while not unpacking.eof:
        rest = rest or next(raw, b"")
        chunk = unpacking.decompress(rest, _CHUNK)
        if not chunk and not rest:
            raise BrokenError("it ends in the middle of a file")
        rest = unpacking.unconsumed_tail
        if chunk:
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
            yield Member(member.name, member.kind, member.chunks, Stored(member.offset, member.size))
    except BrokenError as error:
        raise RefusedError(
            f"{shown} is broken: {error}. See whether you can unpack it, and hand it in again."
        ) from error


class _Counted:
    """What a gzip unpacks to, as long as that is bearable."""

    def __init__(self, file: IO[bytes], packed: int, most: int) -> None:
        self._stream = gzip.GzipFile(fileobj=file)
        self._packed, self._most = packed, most
        self._read = 0

    def read(self, size: int) -> bytes:
        """Read so many bytes, and fewer at the end alone."""
        data = self._stream.read(size)
        self._read += len(data)
        if self._read > max(_SMALL_STREAM, self._packed * _MOST_RATIO):
            raise RefusedError(f"It unpacks to more than {_MOST_RATIO} times its size, as no program does.")
        if self._read > self._most:
            raise RefusedError(f"It unpacks to more than {self._most >> 20} MiB. Leave out all but the exercises.")
        return data
