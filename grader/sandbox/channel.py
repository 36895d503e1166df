"""The trusted side's end of the line to a worker: bytes there and back, within deadlines, and all that it prints."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
import sys
import time

from grader.bounds import MAX_SHARED
from grader.errors import GraderError
from grader.sandbox import syscalls, wire
from grader.sandbox.deadline import Deadline
from grader.sandbox.faults import fault
from grader.sandbox.whereabouts import MOST_BYTES, QUIET, SECONDS, Stood, is_whole, taken_out

_CONTROL_SECONDS = 30.0
MOST_OUTPUT = 64 << 10
_CHUNK = 64 << 10  # most answers come whole in one
_CLOSED = {errno.EPIPE, errno.ECONNRESET, errno.ENOTCONN, errno.ESHUTDOWN}


class WorkerLostError(Exception):
    """A worker gave no answer.

    Attributes:
        kind: ``timeout``, ``crashed`` or ``protocol``.
        detail: for ``crashed`` how it ended, for ``protocol`` what came instead, in words.
        stood: for ``timeout`` where it was, the innermost line last, as far as it tells.
    """

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail
        self.stood: tuple[Stood, ...] = ()


class Channel:
    """The socket to one worker, the pipe with what it prints, and the memory with its large answers."""

    def __init__(self, sock: socket.socket, output: int, shared: int) -> None:
        self.sock = sock
        self._output = output
        self._shared = shared
        self._received = b""
        self._printed = bytearray()
        self._dropped = 0
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)
        self._poll.register(output, select.POLLIN)
        os.set_blocking(output, False)
        self._open = True

    def await_ready(self) -> None:
        """Wait for the worker's first word."""
        deadline = Deadline(_CONTROL_SECONDS)
        try:
            word = self.read(5, deadline)
        except WorkerLostError:
            word = b""
        if bytes(word) != b"ready":
            raise GraderError(f"A worker could not confine itself:\n{self.output()}")
        self.sock.setblocking(False)

    def read(self, size: int, deadline: Deadline) -> bytes | bytearray:
        """Read exactly ``size`` bytes, taking in what the worker prints meanwhile."""
        if size > _CHUNK:
            return self._read_large(size, deadline)
        while len(self._received) < size:
            part = self._receive(deadline)
            self._received = self._received + part if self._received else part
        data, self._received = self._received[:size], self._received[size:]
        return data

    def read_all(self, seconds: float) -> bytes:
        """Read until the worker closes its end; a few bytes, from a worker that runs code of ours only."""
        deadline = Deadline(seconds)
        with contextlib.suppress(WorkerLostError):
            while len(self._received) < _CHUNK:
                self._received += self._receive(deadline)
        return self._received

    def _receive(self, deadline: Deadline) -> bytes:
        while True:
            self._wait(deadline, select.POLLIN)
            try:
                part = self.sock.recv(_CHUNK)
            except BlockingIOError:
                continue
            except OSError as error:
                part = bytes(_nothing(error))
            if not part:
                raise WorkerLostError("crashed", "")
            return part

    def _read_large(self, size: int, deadline: Deadline) -> bytearray:
        data = bytearray(size)
        view, got = memoryview(data), min(size, len(self._received))
        view[:got] = self._received[:got]
        self._received = self._received[got:]
        while got < size:
            self._wait(deadline, select.POLLIN)
            try:
                read = self.sock.recv_into(view[got:])
            except BlockingIOError:
                continue
            except OSError as error:
                read = _nothing(error)
            if not read:
                raise WorkerLostError("crashed", "")
            got += read
        return data

    def write(self, buffers: list[wire.Buffer], fds: list[int], deadline: Deadline) -> None:
        """Send all buffers, the descriptors with the first."""
        remaining = [memoryview(buffer).cast("B") for buffer in buffers if memoryview(buffer).nbytes]
        ancillary = _descriptors(fds)
        while remaining:
            try:
                sent = self.sock.sendmsg(remaining[:64], ancillary)
            except BlockingIOError:
                self._poll.modify(self.sock, select.POLLIN | select.POLLOUT)
                try:
                    self._wait(deadline, select.POLLOUT)
                finally:
                    self._poll.modify(self.sock, select.POLLIN)
                continue
            except OSError as error:
                _nothing(error)
                raise WorkerLostError("crashed", "") from None
            ancillary = []
            while remaining and sent >= remaining[0].nbytes:
                sent -= remaining.pop(0).nbytes
            if sent:
                remaining[0] = remaining[0][sent:]

    def _wait(self, deadline: Deadline, wanted: int) -> None:
        while True:
            left = deadline.left()
            if left <= 0:
                raise WorkerLostError("timeout", "")
            ready = False
            for fd, event in self._poll.poll(left * 1000):
                if fd == self._output:
                    if not self._take_output():
                        self._poll.unregister(self._output)  # the other end is closed
                elif event & (wanted | select.POLLHUP | select.POLLERR):
                    ready = True
            if ready:
                return

    def _take_output(self) -> bool:
        try:
            part = os.read(self._output, 1 << 16)
        except BlockingIOError:
            return True
        self._note(part)
        return bool(part)

    def _note(self, part: bytes) -> None:
        room = MOST_OUTPUT - len(self._printed)
        self._printed += part[:room]
        self._dropped += max(0, len(part) - room)

    def whereabouts(self) -> tuple[Stood, ...]:
        """Where the worker stands, which it has been asked to write; the innermost line last."""
        read, until, found = bytearray(), time.monotonic() + SECONDS, False
        poll = select.poll()
        poll.register(self._output, select.POLLIN)
        while len(read) < MOST_BYTES and not is_whole(read):
            left = QUIET if found else until - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                break
            try:
                part = os.read(self._output, 1 << 16)
            except BlockingIOError:
                continue
            if not part:
                break
            read += part
            found = found or b"(most recent call first):" in part
        printed, stood = taken_out(read)
        self._note(printed)
        return stood

    def output(self) -> str:
        """What was printed since the last call, bounded."""
        for _ in range(64):
            before = len(self._printed) + self._dropped
            if not self._take_output() or len(self._printed) + self._dropped == before:
                break
        text = as_output(bytes(self._printed), self._dropped)
        self._printed.clear()
        self._dropped = 0
        return text

    def read_shared(self, offset: int, size: int) -> bytearray:
        """Copy bytes out of the memory for large answers: copied first, looked at later."""
        if self._shared < 0 or offset < 0 or offset + size > MAX_SHARED:
            raise wire.ProtocolError("an array beyond the shared memory")
        data = bytearray(size)
        view, got = memoryview(data), 0
        while got < size:
            got += os.preadv(self._shared, [view[got:]], offset + got)
        return data

    def interrupt(self) -> None:
        """End the line, from whatever thread: who waits for an answer finds that the worker is gone."""
        with contextlib.suppress(OSError):  # it is closed already
            self.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close all descriptors."""
        if self._open:
            self._open = False
            self.sock.close()
            os.close(self._output)
            if self._shared >= 0:
                os.close(self._shared)


def open_channel(ours: contextlib.ExitStack, theirs: contextlib.ExitStack) -> tuple[Channel, list[int]]:
    """A channel to a worker to be, and the descriptors of its other end; each stack closes one end."""
    with contextlib.ExitStack() as parts:
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        parts.callback(near.close)
        theirs.callback(far.close)
        read_end, write_end = os.pipe2(os.O_CLOEXEC) if sys.platform == "linux" else os.pipe()
        parts.callback(os.close, read_end)
        theirs.callback(os.close, write_end)
        fds, shared = [far.fileno(), write_end], -1
        if sys.platform == "linux":
            shared = os.memfd_create("answers", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
            parts.callback(os.close, shared)
            os.ftruncate(shared, MAX_SHARED)
            syscalls.seal(shared, size_alone=True)
            fds.append(shared)
        channel = Channel(near, read_end, shared)
        parts.pop_all()
    ours.callback(channel.close)
    return channel, fds


def as_output(printed: bytes, dropped: int) -> str:
    """What was printed as text, and how much of it is left out."""
    text = printed.decode("utf-8", "replace")
    return f"{text}\n… and {dropped:,} bytes more" if dropped else text


def _nothing(error: OSError) -> int:
    """Take an error for the end of the worker if that is what it tells; any other is the machine's."""
    if error.errno not in _CLOSED:
        raise fault("A submission could not be asked", error) from None
    return 0


def _descriptors(fds: list[int]) -> list[tuple[int, int, bytes]]:
    if not fds:
        return []
    return [(socket.SOL_SOCKET, socket.SCM_RIGHTS, b"".join(fd.to_bytes(4, sys.byteorder) for fd in fds))]
