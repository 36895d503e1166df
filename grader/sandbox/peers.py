"""Who answers a conversation: a worker in its sandbox, or a module of this process."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

import msgspec

from grader.bounds import FRAMES, MESSAGE, NAME, NAMES, PATH
from grader.sandbox import wire
from grader.sandbox.channel import WorkerLostError
from grader.sandbox.proxy import from_node, to_node
from grader.sandbox.request import Answer, LostError, Operation, Request
from grader.sandbox.runtime import Runtime
from grader.sandbox.unpacking import Unpacker


class Worker(Protocol):
    """A process with one submission in it: ``client.Worker`` or ``portable.PortableWorker``."""

    alive: bool

    def exchange(
        self,
        body: list[Any],
        buffers: Callable[[list[Any]], list[wire.Buffer]],
        large: list[wire.Buffer],
        seconds: float,
    ) -> tuple[list[Any], bytes | bytearray]:
        """Send a request and read its answer."""

    def stopped(self) -> AbstractContextManager[None]:
        """Let nothing of it run meanwhile, where that can be had."""

    def read_shared(self, offset: int, size: int) -> bytearray:
        """Copy bytes of large arrays that came with the latest answer."""

    def output(self) -> str:
        """What the learner's code printed since the last call."""

    def interrupt(self) -> None:
        """Take its line away, from whatever thread."""

    def kill(self) -> int:
        """End it and all it left; its exit status."""

    def close(self) -> None:
        """End it and release what is its own."""


class RemotePeer:
    """A worker."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker

    def load(
        self, sources: dict[str, tuple[str, str]], entry: str, seconds: float, forbids: tuple[str, ...] = ()
    ) -> tuple[str, Any]:
        """Import the submission, without what it may not use; ``("ok", names)`` or ``("err", description)``."""
        kind, value, _ = self.exchange(Request(Operation.LOAD, args=(sources, entry, forbids)), seconds)
        return kind, value

    def stopped(self) -> AbstractContextManager[None]:
        """See Worker.stopped."""
        return self.worker.stopped()

    def exchange(self, request: Request, seconds: float) -> Answer:
        """See Peer."""
        large: list[wire.Buffer] = []

        def place(buffer: wire.Buffer, _: int) -> int:
            large.append(buffer)
            return len(large) - 1

        packer = wire.Packer(to_node, place, layouts=True)
        body = _pack_request(packer, request)
        try:
            answer, blob = self.worker.exchange(body, packer.frame, large, seconds)
            return _unpack_answer(answer, Unpacker(blob, from_node, self.worker.read_shared))
        except wire.ProtocolError as error:
            self.worker.kill()
            raise LostError("protocol", str(error)) from None
        except WorkerLostError as lost:
            raise LostError(lost.kind, lost.detail, lost.stood) from None


class LocalPeer:
    """A module in this process: the same requests, the same copies, no sandbox."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime

    def exchange(self, request: Request, seconds: float) -> Answer:
        """See Peer; the deadline is not kept."""
        del seconds
        packer = wire.Packer(to_node, layouts=True)
        body = _pack_request(packer, request)
        structure = wire.parse_structure(msgspec.msgpack.encode([0, *body]))
        buffers = self.runtime.respond(structure, bytearray(b"".join(packer.buffers)), [])
        blob = bytearray(b"".join(buffers[2:]))
        return _unpack_answer(wire.parse_structure(bytes(buffers[1]))[1:], Unpacker(blob, from_node))


def _pack_request(packer: wire.Packer, request: Request) -> list[Any]:
    return [
        str(request.operation),
        ["r", request.target],
        packer.pack(request.args),
        packer.pack(request.kwargs) if request.kwargs else None,
        packer.pack(request.options) if request.options else None,
    ]


def _unpack_answer(answer: list[Any], unpacker: Unpacker) -> Answer:
    kind = answer[0]
    if kind == "ok":
        return "ok", unpacker.unpack(answer[1]), unpacker.unpack(answer[2])
    description = unpacker.unpack(answer[1])
    if kind != "err" or type(description) is not dict:
        raise wire.ProtocolError("an answer of no known kind")
    return "err", _error_description(description), None


def _error_description(description: dict[Any, Any]) -> dict[str, Any]:
    """Check every part of an exception's description: it comes from a submission."""
    clean: dict[str, Any] = {"type": "Exception", "message": "", "bases": (), "frames": ()}
    for key, most in (("type", NAME), ("message", MESSAGE), ("signature", MESSAGE), ("name", NAME)):
        if type(description.get(key)) is str:
            clean[key] = description[key][:most]
    for key in ("bases", "names"):
        if type(description.get(key)) is list:
            clean[key] = tuple(text[:NAME] for text in description[key][:NAMES] if type(text) is str)
    frames = description.get("frames")
    if type(frames) is list:
        clean["frames"] = tuple(_frame(frame) for frame in frames[:FRAMES] if _is_frame(frame))
    return clean


def _is_frame(frame: Any) -> bool:
    return type(frame) is tuple and list(map(type, frame)) == [str, int, str, str] and 0 <= frame[1] < 2**31


def _frame(frame: tuple[str, int, str, str]) -> tuple[str, int, str, str]:
    return frame[0][:PATH], frame[1], frame[2][:NAME], frame[3][:PATH]
