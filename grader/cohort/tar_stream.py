"""Reading a tar from its beginning to its end, in bounded memory, whatever it claims.

Python's own reader takes what headers claim, sparse files and chains of extended headers among it. A hand-in needs no
more of the format than names, kinds and bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from grader.cohort.private import RefusedError

BLOCK = 512
_CHUNK = 1 << 16
_MOST_EXTENDED = 1 << 18  # bytes of an extended header: a long name, and what macOS adds
_KINDS = {b"0": "file", b"\0": "file", b"7": "file", b"5": "folder", b"1": "link", b"2": "link"}


class BrokenError(ValueError):
    """It is no tar, or none that is whole."""


class TarMember(NamedTuple):
    """An entry. Its bytes can be had until the next one is asked for; later they are still where they are."""

    name: str
    kind: str
    chunks: Callable[[], Iterator[bytes]]
    offset: int
    size: int


class _Left:
    """How much of the current entry is still to be read."""

    def __init__(self, size: int) -> None:
        self.bytes = size


def read_tar(source: Callable[[int], bytes]) -> Iterator[TarMember]:
    """Yield the entries of a tar.

    Args:
        source: gives so many bytes, and fewer at the end alone.

    Raises:
        BrokenError: it is no tar, or it ends too early.
        RefusedError: it holds what nobody hands in.
    """
    offset = 0

    def read(size: int) -> bytes:
        nonlocal offset
        data = source(size)
        offset += len(data)
        return data

    long_name, extended = "", dict[str, str]()
    while True:
        header = read(BLOCK)
        if not header or header.count(0) == BLOCK:
            return
        size = _checked_size(header)
        kind = header[156:157]
        if kind in b"LKxg":
            data = _extended(read, size)
            if kind == b"L":
                long_name = data.split(b"\0")[0].decode("utf-8", "surrogateescape")
            elif kind == b"x":
                extended = _records(data)
            continue
        if kind == b"S" or any(key.startswith("GNU.sparse.") for key in extended):
            raise RefusedError("It holds a file with holes in it (sparse). Pack it again, without -S.")
        name = extended.get("path") or long_name or _short_name(header)
        size = _number_of(extended["size"]) if "size" in extended else size
        left = _Left(0 if kind in b"123456" else size)  # links, devices and folders have no bytes, whatever they claim
        padding = -left.bytes % BLOCK
        what = _KINDS.get(kind, "other")
        what = "folder" if what == "file" and name.endswith("/") else what
        yield TarMember(name, what, _reader(read, left), offset, left.bytes)
        for _ in _chunks(read, left):
            pass
        if padding and len(read(padding)) < padding:
            raise BrokenError("it ends in the middle of a file")
        long_name, extended = "", {}


def _reader(read: Callable[[int], bytes], left: _Left) -> Callable[[], Iterator[bytes]]:
    return lambda: _chunks(read, left)


def _chunks(read: Callable[[int], bytes], left: _Left) -> Iterator[bytes]:
    while left.bytes:
        chunk = read(min(left.bytes, _CHUNK))
        if not chunk:
            raise BrokenError("it ends in the middle of a file")
        left.bytes -= len(chunk)
        yield chunk


def _checked_size(header: bytes) -> int:
    """The size that a header gives, if it is a header."""
    if len(header) < BLOCK:
        raise BrokenError("it ends in the middle of a header")
    claimed = _octal(header[148:156])
    if claimed != sum(header[:148]) + sum(header[156:]) + 8 * ord(" "):
        raise BrokenError("a header is damaged")
    field = header[124:136]
    size = int.from_bytes(field[1:]) if field[0] == 0x80 else _octal(field)  # GNU's way for 8 GiB and more
    if size < 0:
        raise BrokenError("a header is damaged")
    return size


def _octal(field: bytes) -> int:
    digits = field.split(b"\0")[0].strip()
    if not all(digit in b"01234567" for digit in digits):
        raise BrokenError("a header is damaged")
    return int(digits or b"0", 8)


def _number_of(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise BrokenError("a header is damaged")
    return int(text)


def _short_name(header: bytes) -> str:
    name = header[:100].split(b"\0")[0]
    is_posix = header[257:263] == b"ustar\0"
    prefix = header[345:500].split(b"\0")[0] if is_posix else b""
    return (prefix + b"/" + name if prefix else name).decode("utf-8", "surrogateescape")


def _extended(read: Callable[[int], bytes], size: int) -> bytes:
    if size > _MOST_EXTENDED:
        raise RefusedError("One of its names is longer than any file's. Pack it again.")
    data = read(size)
    padding = -size % BLOCK
    if len(data) < size or len(read(padding) if padding else b"") < padding:
        raise BrokenError("it ends in the middle of a header")
    return data


def _records(data: bytes) -> dict[str, str]:
    """The records of an extended header, each a line that begins with its length, as in ``18 path=some/name``."""
    found: dict[str, str] = {}
    data, at = data.rstrip(b"\0"), 0
    while at < len(data):
        digits, space, _ = data[at : at + 24].partition(b" ")
        if not space or not digits.isdigit():
            raise BrokenError("a header is damaged")
        length = int(digits)
        key, equals, value = data[at + len(digits) + 1 : at + length].partition(b"=")
        if length <= len(digits) or not equals or not value.endswith(b"\n"):
            raise BrokenError("a header is damaged")
        found[key.decode("utf-8", "replace")] = value[:-1].decode("utf-8", "surrogateescape")
        at += length
    return found
