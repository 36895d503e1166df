"""The same frames over two pipes: where no descriptor can be sent along, large arrays follow their frame.

A request is ``<dI`` (seconds that it may take, how many large arrays), the size of each as ``<Q``, its frame, and the
arrays. An answer is ``<Q`` (bytes of large arrays), its frame, and these bytes.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from grader.bounds import MAX_SHARED
from grader.sandbox import wire

_REQUEST: Final = struct.Struct("<dI")
_SIZE: Final = struct.Struct("<Q")
_PIECE = 1 << 20


class Began(msgspec.Struct, frozen=True, array_like=True):
    """The worker's first word, its length before it as of an array: it has imported all and can be asked.

    Attributes:
        thread: the number of the thread that answers.
    """

    thread: int


class Start(msgspec.Struct, frozen=True):
    """What a worker is told first, in the same way.

    Attributes:
        preload: modules to import.
        barred: top-level packages that may not be imported -> why.
        home: its own folder.
        stood: a file for where it stands when its time is over.
        mark: what it prints after each answer, so that whoever reads knows that nothing more is to come.
    """

    preload: tuple[str, ...]
    barred: dict[str, str]
    home: str
    stood: str
    mark: bytes


class Answer(msgspec.Struct, frozen=True, eq=False):
    """An answer as it came: its structure, its blob, and the large arrays, one behind the other."""

    structure: list[Any]
    blob: bytes | bytearray
    large: bytearray


class ClosedError(Exception):
    """The other end of a pipe is closed."""


def write(fd: int, buffers: Sequence[wire.Buffer]) -> None:
    """Write buffers to a pipe, whole.

    Raises:
        ClosedError: nobody reads it any more.
    """
    together = [b"".join(buffers)] if wire.total(buffers) < _PIECE else buffers  # one call is quicker than ten
    for buffer in together:
        view = memoryview(buffer).cast("B") if memoryview(buffer).nbytes else memoryview(b"")
        while view.nbytes:
            try:
                view = view[os.write(fd, view[:_PIECE]) :]
            except OSError as error:  # Windows says "invalid argument" of a pipe that is closed
                raise ClosedError from error


def read(fd: int, size: int) -> bytearray:
    """Read exactly so many bytes of a pipe.

    Raises:
        ClosedError: it ended before.
    """
    data = bytearray()
    while len(data) < size:
        try:
            part = os.read(fd, min(size - len(data), _PIECE))
        except OSError as error:
            raise ClosedError from error
        if not part:
            raise ClosedError
        data += part
    return data


def write_word(fd: int, word: msgspec.Struct) -> None:
    """Write a struct, its length before it."""
    raw = msgspec.msgpack.encode(word)
    write(fd, [_SIZE.pack(len(raw)), raw])


def read_word(fd: int, most: int = 1 << 20) -> bytearray:
    """Read what ``write_word`` wrote."""
    (size,) = _SIZE.unpack(read(fd, _SIZE.size))
    if size > most:
        raise wire.ProtocolError("a frame that is too large")
    return read(fd, size)


def write_request(fd: int, frame: Sequence[wire.Buffer], large: Sequence[wire.Buffer], seconds: float) -> None:
    """Write a request; in the trusted process."""
    sizes = [_SIZE.pack(memoryview(content).nbytes) for content in large]
    write(fd, [_REQUEST.pack(seconds, len(large)), *sizes, *frame, *large])


def read_request(fd: int) -> tuple[float, list[Any], bytearray, list[bytearray]]:
    """Read a request; in the worker. Its seconds, structure, blob and large arrays."""
    seconds, count = _REQUEST.unpack(read(fd, _REQUEST.size))
    sizes = [_SIZE.unpack(read(fd, _SIZE.size))[0] for _ in range(count)]
    structure, blob = wire.HEADER.unpack(read(fd, wire.HEADER.size))
    body = wire.parse_structure(read(fd, structure))
    return seconds, body, read(fd, blob), [read(fd, size) for size in sizes]


def write_answer(fd: int, frame: Sequence[wire.Buffer], large: Sequence[wire.Buffer]) -> None:
    """Write an answer; in the worker."""
    write(fd, [_SIZE.pack(wire.total(large)), *frame, *large])


def read_answer(fd: int) -> Answer:
    """Read an answer; in the trusted process, which believes none of its sizes.

    Raises:
        wire.ProtocolError: it is none.
    """
    (beside,) = _SIZE.unpack(read(fd, _SIZE.size))
    if beside > MAX_SHARED:
        raise wire.ProtocolError("a frame that is too large")
    structure, blob = wire.parse_header(read(fd, wire.HEADER.size))
    body = wire.parse_structure(read(fd, structure))
    return Answer(body, read(fd, blob), read(fd, beside))
