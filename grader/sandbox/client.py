"""The trusted side: starts a zygote, asks it for workers, and has them answer requests."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec

from grader.bounds import MAX_SHARED
from grader.errors import GraderError
from grader.sandbox import wire
from grader.sandbox.channel import Channel, WorkerLostError
from grader.sandbox.deadline import Deadline
from grader.sandbox.zygote import End, Probe, Ready, Setup, Spawn, Waited

_START_SECONDS = 120.0  # importing torch on a loaded machine
_CONTROL_SECONDS = 30.0
_SEALS = (
    fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL if sys.platform == "linux" else 0
)
_SIZE_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL if sys.platform == "linux" else 0


_T = TypeVar("_T")


class ZygoteProcess:
    """A zygote and the control socket to it. Starts at once; ``ready`` waits for it.

    Use as a context manager: whatever happens, no process and no file is left.
    """

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-I", "-B", "-m", "grader.sandbox.zygote", str(theirs.fileno())]
        command.append(str(os.getpid()))  # for a reader of `ps`: whose it is
        self._errors = os.memfd_create("zygote-stderr", os.MFD_CLOEXEC) if sys.platform == "linux" else None
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter
                command,
                pass_fds=[theirs.fileno()],
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors if self._errors is not None else subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the trusted process, which then cleans up
                cwd="/",
            )
        self.control = ours
        self._ready: Ready | None = None
        self.control.send(msgspec.msgpack.encode(setup))

    def ready(self) -> Ready:
        """Wait until the zygote has imported everything.

        Raises:
            GraderError: it could not start; the message holds its last words.
        """
        if self._ready is None:
            self._ready = self._receive(Ready, _START_SECONDS)
        return self._ready

    def _receive(self, kind: type[_T], seconds: float) -> _T:
        self.control.settimeout(seconds)
        try:
            raw = self.control.recv(1 << 16)
        except TimeoutError:
            raise GraderError(f"The sandbox did not answer within {seconds:.0f} s.{self._last_words()}") from None
        except OSError as error:
            raise GraderError(f"The sandbox is gone: {error}.{self._last_words()}") from None
        if not raw:
            raise GraderError(f"The sandbox could not start or ended early.{self._last_words()}")
        return msgspec.msgpack.decode(raw, type=kind)

    def _last_words(self) -> str:
        if self._errors is None:
            return ""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(1)
        text = os.pread(self._errors, 1 << 16, 0).decode(errors="replace").strip()
        return f" It said:\n{text[-3000:]}" if text else ""

    def _ask(self, request: Spawn | Probe | End | Waited, kind: type[_T], fds: list[int] | None = None) -> _T:
        self.ready()
        try:
            socket.send_fds(self.control, [msgspec.msgpack.encode(request)], fds or [])
        except OSError:
            raise GraderError(f"The sandbox is gone.{self._last_words()}") from None
        return self._receive(kind, _CONTROL_SECONDS)

    def spawn(self) -> Worker:
        """Fork a confined worker and wait until it is ready."""
        return Worker(self, self._fork(Spawn()))

    def probe(self, secret: Path) -> list[str]:
        """Try in a throw-away worker what is forbidden; the names of what succeeded."""
        channel = self._fork(Probe(str(secret)))
        try:
            return msgspec.msgpack.decode(channel.read_all(_CONTROL_SECONDS), type=list[str])
        except (WorkerLostError, msgspec.MsgspecError) as error:
            raise GraderError(f"The isolation test gave no answer ({error}). {channel.output()}") from None
        finally:
            self.end(channel.pid)
            channel.close()

    def _fork(self, request: Spawn | Probe) -> Channel:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        read_end, write_end = os.pipe2(os.O_CLOEXEC) if sys.platform == "linux" else os.pipe()
        shared = -1
        fds = [theirs.fileno(), write_end]
        if sys.platform == "linux":
            shared = os.memfd_create("answers", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
            os.ftruncate(shared, MAX_SHARED)
            fcntl.fcntl(shared, fcntl.F_ADD_SEALS, _SIZE_SEALS)
            fds.append(shared)
        channel = Channel(ours, read_end, shared)
        try:
            channel.pid = self._ask(request, int, fds)
        except BaseException:
            channel.close()
            raise
        finally:
            theirs.close()
            os.close(write_end)
        try:
            channel.await_ready()
        except BaseException:
            with contextlib.suppress(GraderError):
                self.end(channel.pid)
            channel.close()
            raise
        return channel

    def end(self, pid: int) -> int:
        """Kill a worker; its exit code, negative for a signal, −9 when it was still alive."""
        return self._ask(End(pid), int)

    def waited(self, pid: int) -> float:
        """How long a worker has been ready to run without a processor to run on, in seconds since it began."""
        return self._ask(Waited(pid), int) / 1e9

    def close(self) -> None:
        """End the zygote and everything in it."""
        self.control.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self._errors is not None:
            os.close(self._errors)
            self._errors = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _environment() -> dict[str, str]:
    # Built, not inherited: the caller's environment may hold tokens. One thread: forks must not find a pool.
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
    return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent", **threads}


class Worker:
    """One confined process with one submission in it. After a fault it is dead; ask the zygote for another."""

    def __init__(self, zygote: ZygoteProcess, channel: Channel) -> None:
        self._zygote = zygote
        self._channel = channel
        self.alive = True

    def exchange(
        self,
        body: list[Any],
        buffers: Callable[[list[Any]], list[wire.Buffer]],
        large: list[wire.Buffer],
        seconds: float,
    ) -> tuple[list[Any], bytes | bytearray]:
        """Send a request and read its answer.

        Args:
            body: the request without its nonce.
            buffers: makes the frame of the whole request.
            large: arrays that travel beside it.
            seconds: the deadline; what the worker waited for a processor does not count, see Deadline.

        Returns:
            The answer's structure without the nonce, and its blob.

        Raises:
            WorkerLostError: there was no answer; the worker has been killed.
        """
        if not self.alive:
            raise GraderError("a dead worker was asked")
        deadline = Deadline(seconds, lambda: self._zygote.waited(self._channel.pid))
        nonce = int.from_bytes(os.urandom(7), "little")
        fds = [_sealed(content) for content in large]
        try:
            self._channel.write(buffers([nonce, *body]), fds, deadline)
            structure, size = wire.parse_header(self._channel.read(wire.HEADER.size, deadline))
            answer = wire.parse_structure(self._channel.read(structure, deadline))
            blob = self._channel.read(size, deadline)
            if len(answer) != 4 or answer[0] != nonce or type(answer[0]) is not int:
                raise wire.ProtocolError("an answer to something that was not asked")  # noqa: TRY301
        except wire.ProtocolError as error:
            self.kill()
            raise WorkerLostError("protocol", str(error)) from None
        except WorkerLostError as lost:
            status = self.kill()
            if lost.kind == "crashed":
                lost.detail = how_it_ended(status)
            raise
        finally:
            for fd in fds:
                os.close(fd)
        return answer[1:], blob

    def read_shared(self, offset: int, size: int) -> bytearray:
        """See Channel.read_shared."""
        return self._channel.read_shared(offset, size)

    def output(self) -> str:
        """What the learner's code printed since the last call."""
        return self._channel.output()

    def kill(self) -> int:
        """End the worker and all it left; its exit status."""
        if not self.alive:
            return 0
        self.alive = False
        return self._zygote.end(self._channel.pid)

    def close(self) -> None:
        """End the worker and release its descriptors."""
        try:
            self.kill()
        except GraderError:
            self.alive = False  # its zygote is gone, and the worker with it
        finally:
            self._channel.close()


def _sealed(content: wire.Buffer) -> int:
    fd = os.memfd_create("input", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    view, written = memoryview(content).cast("B"), 0
    while written < view.nbytes:
        written += os.write(fd, view[written:])
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, _SEALS)
    return fd


def how_it_ended(status: int) -> str:
    """An exit status in words that a learner understands."""
    if status >= 0:
        return f"it ended the whole process with exit code {status}"
    number = -status
    known: dict[int, str] = {
        signal.SIGSEGV: "it crashed the interpreter (segmentation fault)",
        signal.SIGABRT: "it aborted the interpreter",
        signal.SIGFPE: "it crashed the interpreter (arithmetic fault)",
        signal.SIGBUS: "it crashed the interpreter (bus error)",
        signal.SIGILL: "it crashed the interpreter (illegal instruction)",
        signal.SIGSYS: "it made a system call that the sandbox kills for",
        signal.SIGXCPU: "it used up its CPU time",
        signal.SIGXFSZ: "it wrote a file larger than the sandbox allows",
        signal.SIGKILL: "it was killed, or closed its connection to the grader",
    }
    return known.get(number, f"it was ended by signal {number}")
