"""What runs inside a worker: reads requests, lets the learner's code answer, sends the answers back."""

from __future__ import annotations

import builtins
import contextlib
import importlib
import io
import linecache
import mmap
import os
import random
import socket
import sys
import traceback
import types
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec

from grader.sandbox import blocking, ranks, tracing, watching, wire
from grader.sandbox.modules import ROOT, SubmissionFinder
from grader.sandbox.objects import Objects, signature_of
from grader.sandbox.request import Operation
from grader.sandbox.stand_ins import StandIns
from grader.sandbox.unpacking import Unpacker

# What checks ask for by `library`, imported before the files of the grader are out of reach.
_FOR_CHECKS = (ranks, tracing, watching)
_MOST_FRAMES = 20
_SHALLOWEST, _DEEPEST = 200, 10_000
_MOST_NAMES = 5000
_CHUNK = 64 << 10
_MOST_TEXT = 4000


_BUILT_IN = {name: kind for name, kind in vars(builtins).items() if isinstance(kind, type)}


class Line(Protocol):
    """A worker's end of the line to the trusted side."""

    def receive(self) -> tuple[list[Any], bytes | bytearray, list[bytearray]]:
        """Read one frame and the large arrays that came with it. Nothing follows before it is answered."""

    def place_large(self, buffer: wire.Buffer, size: int) -> int | None:
        """Send a large array beside the next answer; its offset there, None when there is no room."""

    def send(self, buffers: list[wire.Buffer]) -> None:
        """Send all buffers of a frame."""


class WorkerChannel:
    """The worker's end of the socket, and the memfd for large answers; see Line."""

    def __init__(self, sock: socket.socket, shared: mmap.mmap | None) -> None:
        self.sock = sock
        self.shared = shared
        self.used = 0

    def receive(self) -> tuple[list[Any], bytes | bytearray, list[bytearray]]:
        """See Line."""
        self.used = 0
        start, fds, _, _ = socket.recv_fds(self.sock, _CHUNK, 16)
        while start and len(start) < wire.HEADER.size:
            start += self._exactly(wire.HEADER.size - len(start))
        if not start:
            os._exit(0)  # the trusted side is done with us
        structure, blob = wire.HEADER.unpack_from(start)
        total = wire.HEADER.size + structure + blob
        frame = start if len(start) == total else start + self._exactly(total - len(start))
        at = wire.HEADER.size + structure
        return wire.parse_structure(frame[wire.HEADER.size : at]), frame[at:], [_map(fd) for fd in fds]

    def _exactly(self, size: int) -> bytearray:
        data = bytearray(size)
        view, got = memoryview(data), 0
        while got < size:
            read = self.sock.recv_into(view[got:])
            if not read:
                os._exit(0)
            got += read
        return data

    def place_large(self, buffer: wire.Buffer, size: int) -> int | None:
        """Copy a large array into the shared memory."""
        if self.shared is None or self.used + size > len(self.shared):
            return None
        offset = self.used
        self.shared[offset : offset + size] = buffer
        self.used += -(-size // 64) * 64
        return offset

    def send(self, buffers: list[wire.Buffer]) -> None:
        """See Line."""
        remaining = [memoryview(buffer).cast("B") for buffer in buffers if memoryview(buffer)]
        while remaining:
            sent = self.sock.sendmsg(remaining[:64])
            while remaining and sent >= len(remaining[0]):
                sent -= len(remaining.pop(0))
            if sent:
                remaining[0] = remaining[0][sent:]


def serve(line: Line, barred: dict[str, str]) -> None:
    """Answer one request after the other; never returns."""
    runtime = Runtime(barred, line.place_large)
    while True:
        line.send(runtime.respond(*line.receive()))


class Runtime:
    """Answers requests: the worker's whole state.

    Args:
        barred: top-level packages that may not be imported -> why.
        place_large: places large answers outside the frame.
    """

    def __init__(
        self, barred: dict[str, str], place_large: Callable[[wire.Buffer, int], int | None] | None = None
    ) -> None:
        self.barred = barred
        self.place_large = place_large
        self.objects = Objects()
        self.finder = SubmissionFinder({})
        self.stand_ins = StandIns({})

    def respond(self, structure: list[Any], blob: bytes | bytearray, large: list[bytearray]) -> list[wire.Buffer]:
        """Answer one request.

        Args:
            structure: ``[nonce, operation, target, args, kwargs, options]``.
            blob: the arrays' bytes.
            large: the bytes of large arrays.

        Returns:
            The buffers of the frame ``[nonce, "ok", value, echo]`` or ``[nonce, "err", description, None]``.
        """
        nonce, operation, target, args, kwargs, options = structure
        answer = self._answer(operation, target, args, kwargs, options, blob, large)
        _flush()
        return self._frame(nonce, answer)

    def _frame(self, nonce: Any, answer: list[Any]) -> list[wire.Buffer]:
        """Pack the answer; an answer that cannot be packed becomes one that says so."""
        strange = wire.Unsendable("a value too large or too strange to send")
        for candidate in (answer, ["ok", strange, answer[2]], ["ok", strange, None]):
            packer = wire.Packer(self._handle, self.place_large)
            with contextlib.suppress(BaseException):  # a learner's class may do anything when it is merely looked at
                return packer.frame([nonce, candidate[0], packer.pack(candidate[1]), packer.pack(candidate[2])])
        raise AssertionError("a description always fits")

    def _handle(self, value: Any) -> list[Any]:
        if type(value) is wire.Unsendable:
            return ["u", value.description]
        return ["h", *msgspec.structs.astuple(self.objects.add(value))]

    def _answer(
        self,
        operation: str,
        target: Any,
        args: Any,
        kwargs: Any,
        options: Any,
        blob: bytes | bytearray,
        large: list[bytearray],
    ) -> list[Any]:
        try:
            unpacker = Unpacker(blob, lambda node: self.objects[node[1]], lambda at, _: large[at], layouts=True)
            positional = tuple(unpacker.unpack(args))
            named = dict(unpacker.unpack(kwargs)) if kwargs else {}
            wishes = unpacker.unpack(options) if options else {}
            self.objects.drop(wishes.get("drop", ()))
            if "seed" in wishes:
                seed_generators(wishes["seed"])
            if operation == Operation.LOAD:
                return ["ok", self.load(*positional), None]
            subject = unpacker.unpack(target)
        except BaseException as error:  # noqa: BLE001 - a submission's import may raise anything
            return ["err", self.describe_error(error), None]
        dtype = default_dtype()
        try:
            result = self.objects.answer(operation, target[1], subject, positional, named)
            keep_default_dtype(dtype)
        except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt too: they are answers
            return ["err", self.describe_error(error, subject), None]
        echo = (positional, named) if wishes.get("echo") else None
        return ["ok", result, echo]

    def load(self, sources: dict[str, tuple[str, str]], entry: str, forbids: Sequence[str] = ()) -> list[str]:
        """Import a submission, with what it may not use refused to it; the names its module defines."""
        self.finder.remove()
        self.finder = SubmissionFinder(sources, self.barred)
        self.finder.install()
        self.stand_ins.remove()
        self.stand_ins = StandIns(sources, self.finder.is_own, self.barred)
        self.stand_ins.install()
        blocking.block(forbids, self._is_learners)
        module = importlib.import_module(f"{ROOT}.{entry}")
        self.objects.set_module(module)
        return [name[:200] for name in vars(module) if not name.startswith("__")][:_MOST_NAMES]

    def _is_learners(self, frame: types.FrameType) -> bool:
        """Whether a frame runs the learner's code, or calls what the learner named as their answer."""
        return frame.f_code.co_filename in self.finder.files or frame.f_code is Objects.run.__code__

    def describe_error(self, error: BaseException, subject: Any = None) -> dict[str, Any]:
        """An exception as plain values, with the frames that lie in the learner's own files."""
        frames = []
        for frame, line in traceback.walk_tb(error.__traceback__):
            file = frame.f_code.co_filename
            if file in self.finder.files:
                source = linecache.getline(file, line).strip()
                frames.append((file, line, frame.f_code.co_name, source[:200]))
        described = {
            "type": _name_of(type(error)),
            "bases": [_name_of(base) for base in type(error).__mro__[1:20]],
            "message": message_of(error),
            "frames": frames[:2] + frames[-_MOST_FRAMES:] if len(frames) > _MOST_FRAMES else frames,
        }
        if isinstance(error, NameError) and self.stand_ins.starred:
            starred = ", ".join(self.stand_ins.starred)[:200]
            described["message"] = (
                f"{message_of(error)} (what comes of `from … import *` is missing where there is no {starred})"
            )
        if isinstance(error, TypeError) and not frames and subject is not None:
            described["signature"] = signature_of(subject)  # called with the wrong arguments
        if isinstance(error, NameError | AttributeError | ImportError):
            described["names"] = _names_near(error)
        if isinstance(error, AttributeError | ImportError):
            described["name"] = error.name if type(error.name) is str else ""
        return described


def _name_of(kind: type) -> str:
    """What a class is called; one that only shares the name of Python's own is told apart: ``train.KeyError``."""
    name = kind.__name__[:200]
    if issubclass(kind, _BUILT_IN.get(name, kind)):
        return name
    return f"{str(kind.__module__).rpartition('.')[2][:100]}.{name}"


def _names_near(error: BaseException) -> list[str]:
    """The names that were defined where a name was not."""
    owner = getattr(error, "obj", None)
    if isinstance(error, ImportError) and type(error.name) is str:
        owner = sys.modules.get(error.name)
    if isinstance(owner, types.ModuleType):
        return [name for name in vars(owner) if type(name) is str and not name.startswith("_")][:2000]
    if isinstance(error, AttributeError) and owner is not None:
        return _attributes_of(owner)
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    frame = trace.tb_frame if trace is not None else None
    known = [] if frame is None else [*frame.f_locals, *frame.f_globals]
    return [name[:100] for name in known if type(name) is str and not name.startswith("__")][:200]


def _attributes_of(thing: object) -> list[str]:
    """The attributes of an object and of its classes, its own first."""
    try:
        own = [*vars(thing)]
    except BaseException:  # noqa: BLE001 - it may have none, and a __dict__ of the learner's may fail in any way
        own = []
    names = dict.fromkeys([*own, *(name for kind in type(thing).__mro__[:20] for name in [*vars(kind)])])
    return [name[:100] for name in names if type(name) is str and not name.startswith("__")][:2000]


def message_of(error: BaseException) -> str:
    """What an exception says, of bounded length."""
    try:
        text = str(error)
    except BaseException:  # noqa: BLE001 - a __str__ of the learner's may fail in any way
        return "(its message could not be read)"
    return text[:_MOST_TEXT] if type(text) is str else ""


def _map(fd: int) -> bytearray:
    # A private copy of the sealed input: the learner may write to it.
    try:
        with mmap.mmap(fd, 0, prot=mmap.PROT_READ) as content:
            return bytearray(content)
    finally:
        os.close(fd)


def seed_generators(seed: int) -> None:
    """Seed the global generators of Python, NumPy and torch."""
    random.seed(seed)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(seed % 2**32)  # the legacy global generator is what learners use
    torch = sys.modules.get("torch")
    if torch is not None:
        # torch.manual_seed would also note a stack trace for each kind of accelerator that is not there: 5 ms.
        torch.default_generator.manual_seed(seed)
        if torch.cuda.is_initialized():
            torch.cuda.manual_seed_all(seed)


class LeftChangedError(Exception):
    """A call has left something changed that belongs to all: the message says what."""


def default_dtype() -> Any:
    """The dtype of the tensors that torch makes when it is told none; None without torch."""
    torch = sys.modules.get("torch")
    return None if torch is None else torch.get_default_dtype()


def keep_default_dtype(dtype: Any) -> None:
    """Put the default dtype back as it was before a call.

    Raises:
        LeftChangedError: the call had left another one.
    """
    left = default_dtype()
    if dtype is not None and left is not dtype:
        sys.modules["torch"].set_default_dtype(dtype)
        raise LeftChangedError(f"torch's default dtype, from {dtype} to {left}")


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # the learner may have closed or replaced it
            stream.flush()


def cap_recursion() -> None:
    """Let nobody set a recursion limit at which the interpreter crashes, or libraries cannot import what they need.

    The C stack ends near 20,000 frames.
    """
    allowed = sys.setrecursionlimit

    def setrecursionlimit(limit: int, /) -> None:
        allowed(max(_SHALLOWEST, min(limit, _DEEPEST)))

    sys.setrecursionlimit = setrecursionlimit


def text_streams() -> None:
    """Point Python's stdout and stderr at the descriptors, lenient and unbuffered enough to lose nothing."""
    for name, number in (("stdout", 1), ("stderr", 2)):
        raw = io.FileIO(number, "w", closefd=False)
        # the same line ends everywhere: a report is the same, too
        setattr(sys, name, io.TextIOWrapper(raw, "utf-8", "backslashreplace", newline="\n", write_through=True))
