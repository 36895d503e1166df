"""Archives that hold the hand-ins of a whole class: a table of contents, and each hand-in read from where it is."""

from __future__ import annotations

import gzip
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import IO, NamedTuple

from grader.cohort.archives import Packed, Stored, opened, packed_chunks, pieces, refusing
from grader.cohort.private import PrivateFolder, RefusedError, is_left_out, safe_parts
from grader.names import printable

_KEPT = 8  # tables
_MOST_STREAM = 2 << 30  # bytes that a compressed tar of a whole class unpacks to


class Listed(NamedTuple):
    """A member of an export: its name, with ``/`` between folders; what it is; and where."""

    name: str
    kind: str
    place: Packed | Stored


def list_export(path: Path, shown: str) -> tuple[Listed, ...]:
    """What is in an export, by name; unsafe and hidden names are not among it.

    Raises:
        RefusedError: it cannot be opened.
    """
    with refusing(printable(shown)):
        about = path.stat()
    return _table(path, shown, about.st_mtime_ns, about.st_size)


def read_member(path: Path, name: str, shown: str, most: int) -> bytes:
    """What is in one file of an export; its beginning, where it is longer than wanted; nothing, where there is none.

    Raises:
        RefusedError: it cannot be opened.
    """
    with _members(path, shown, ((name, name),)) as found:
        return b"".join(_first((chunk for _, kind, chunks, _ in found if kind == "file" for chunk in chunks()), most))


def raw_parts(path: Path, parts: Collection[tuple[str, str]]) -> Iterator[bytes]:
    """The bytes of a part of an export, one file after the other.

    Raises:
        RefusedError: it cannot be opened.
    """
    with _members(path, path.name, parts) as found:
        for _, kind, chunks, _ in found:
            if kind == "file":
                yield from chunks()


def take(path: Path, parts: Collection[tuple[str, str]], folder: PrivateFolder) -> None:
    """Unpack a part of an export into a private folder.

    Args:
        path: the export.
        parts: what is taken, and what its learner called that: files, or folders where the name ends in ``/``.
        folder: takes what is code, and remembers what else there is.

    Raises:
        RefusedError: it cannot be opened, or is meant to do harm.
        GraderError: there is no room for it.
    """
    with _members(path, "The hand-in", parts) as found:
        for called, kind, chunks, packed in found:
            folder.add(called, kind, chunks, packed)


@lru_cache(maxsize=_KEPT)  # of a class each hand-in is looked up in it
def _table(path: Path, shown: str, changed: int, size: int) -> tuple[Listed, ...]:
    del changed, size  # of another file of that name it is another table
    found: list[Listed] = []
    with opened(path, shown, _MOST_STREAM) as members:
        for member in members:
            try:
                parts = safe_parts(member.name)
            except RefusedError:  # whose it is cannot be told
                continue
            if parts and not is_left_out(parts):
                found.append(Listed("/".join(parts), member.kind, member.place))
    return tuple(sorted(found, key=lambda listed: listed.name))


@contextmanager
def _members(
    path: Path, shown: str, parts: Collection[tuple[str, str]]
) -> Iterator[Iterator[tuple[str, str, partial[Iterator[bytes]], int]]]:
    """The members that belong to a hand-in: what each is called there, what it is, what is in it, how well packed."""
    table = list_export(path, path.name)
    wanted: list[tuple[str, Listed]] = []
    for part, called in parts:
        at = bisect_left(table, part, key=lambda listed: listed.name)
        while at < len(table) and (table[at].name == part or (part.endswith("/") and table[at].name.startswith(part))):
            wanted.append((called + table[at].name.removeprefix(part) if part.endswith("/") else called, table[at]))
            at += 1
    wanted.sort(key=lambda pair: pair[1].place.offset)  # a packed tar is read in one direction
    with refusing(shown), path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        source: IO[bytes] = gzip.GzipFile(fileobj=file) if is_packed else file  # type: ignore[assignment]  # it reads
        yield ((called, one.kind, *_content(source, one.place, shown)) for called, one in wanted)


def _content(file: IO[bytes], place: Packed | Stored, shown: str) -> tuple[partial[Iterator[bytes]], int]:
    if isinstance(place, Packed):
        return partial(packed_chunks, file, place, shown), place.size
    return partial(_stored_chunks, file, place), 0


def _stored_chunks(file: IO[bytes], place: Stored) -> Iterator[bytes]:
    file.seek(place.offset)
    yield from pieces(file, place.size)


def _first(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk[:most]
        most -= len(chunk)
        if most <= 0:
            return
