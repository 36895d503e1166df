"""The trusted side: starts a zygote, asks it for workers, and has them answer requests."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from grader.errors import GraderError
from grader.sandbox import scratch, syscalls, wire
from grader.sandbox.channel import Channel, WorkerLostError, open_channel
from grader.sandbox.deadline import Deadline
from grader.sandbox.faults import fault, in_words
from grader.sandbox.home import built_environment
from grader.sandbox.processes import how_it_ended, how_it_left, kill_tree
from grader.sandbox.whereabouts import Stood
from grader.sandbox.zygote import End, Order, Probe, Ready, Refused, Reply, Request, Setup, Spawn, Stop, Tell, Waited

_START_SECONDS = 120.0  # importing torch on a loaded machine
_CONTROL_SECONDS = 30.0
_KILL_SECONDS = 5.0
_TOO_LATE = "The sandbox did not answer in time, and has been ended."
_OUT_OF_STEP = "The sandbox answered something that was not asked, and has been ended."
_NO_ROOM = {errno.EMFILE, errno.ENOBUFS, errno.ENOMEM, errno.ETOOMANYREFS}


class ZygoteProcess:
    """A zygote and the control socket to it. Starts at once; ``ready`` waits for it.

    Use as a context manager: whatever happens, no process and no file is left. Orders carry a number that the answer
    repeats, so that an answer that came too late, or to nobody, is never taken for another's. An order that stays
    unanswered ends the zygote and its workers, and every later use fails in the same way.

    Attributes:
        broken: why it cannot be used any more, in words; empty while it is well.
    """

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.broken = ""
        self._number = 0
        self._ready: Ready | None = None
        self._temporary = _folder_for_temporary_files()
        self._errors: int | None = None
        try:
            with contextlib.ExitStack() as stack:  # of what must not stay open if a later step fails
                self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                stack.callback(self.control.close)
                if sys.platform == "linux":
                    self._errors = os.memfd_create("zygote-stderr", os.MFD_CLOEXEC)
                    stack.callback(os.close, self._errors)
                with theirs:
                    self.process = self._start(theirs.fileno())
                stack.pop_all()
        except OSError as error:
            raise fault("The sandbox could not be started", error) from None
        with contextlib.suppress(OSError):  # it ended at once: whoever waits for it is told why
            self.control.send(msgspec.msgpack.encode(setup))

    def _start(self, control: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-I", "-B", "-m", "grader.sandbox.zygote", str(control)]
        command.append(str(os.getpid()))  # for a reader of `ps`: whose it is
        return subprocess.Popen(  # noqa: S603 - our own interpreter
            command,
            pass_fds=[control],
            env={**built_environment(), "TMPDIR": self._temporary},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors if self._errors is not None else subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the trusted process, which then cleans up
            cwd="/",
            umask=0o077,  # the caller's may keep the sandbox out of its own folders
        )

    def ready(self) -> Ready:
        """Wait until the zygote has imported everything.

        Raises:
            GraderError: it could not start; the message holds its last words.
        """
        if self.broken:
            raise GraderError(self.broken)
        if self._ready is None:
            message = self._receive(time.monotonic() + _START_SECONDS)
            if not isinstance(message, Ready):
                raise self._break(message.why if isinstance(message, Refused) else _OUT_OF_STEP)
            self._ready = message
        return self._ready

    def _receive(self, until: float) -> Ready | Reply | Refused:
        began = time.monotonic()
        self.control.settimeout(max(until - began, 0.001))
        try:
            raw = self.control.recv(1 << 16)
            if raw:
                return msgspec.msgpack.decode(raw, type=Ready | Reply | Refused)
        except TimeoutError:
            raise self._break(_TOO_LATE) from None
        except ConnectionResetError:
            pass  # the same end, with something unread
        except (OSError, msgspec.MsgspecError) as error:
            raise self._break(f"The sandbox is gone: {error}.") from None
        except MemoryError as error:
            raise self._break(in_words("The sandbox could not be heard", error)) from None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(1)
        raise self._break(f"The sandbox {how_it_left(self.process.returncode)}.")

    def _break(self, why: str) -> GraderError:
        """End the zygote and all below it; the error that this and every later use raises."""
        if not self.broken:
            self.broken = why  # before anything else: a signal may come in between
            self._kill()
            self.broken += self._last_words()
        return GraderError(self.broken)

    def _kill(self) -> None:
        if self.process.poll() is None:  # otherwise the number may be another's by now
            kill_tree(self.process.pid)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(_KILL_SECONDS)

    def _last_words(self) -> str:
        if self._errors is None:
            return ""
        text = os.pread(self._errors, 1 << 16, 0).decode(errors="replace").strip()
        return f" It said:\n{text[-3000:]}" if text else ""

    def _ask(self, request: Request, fds: Sequence[int] = ()) -> int:
        """Give an order and wait for its answer; its number is ``self._number``.

        Raises:
            GraderError: the zygote could not carry it out, and is well; or it is broken.
        """
        self.ready()
        self._number += 1
        number = self._number
        try:
            self.control.settimeout(_CONTROL_SECONDS)
            socket.send_fds(self.control, [msgspec.msgpack.encode(Order(number, request))], list(fds))
        except TimeoutError:
            raise self._break(_TOO_LATE) from None
        except OSError as error:
            if error.errno in _NO_ROOM:  # nothing has been sent
                raise fault("The sandbox could not be asked", error) from None
            raise self._break("The sandbox is gone.") from None
        until = time.monotonic() + _CONTROL_SECONDS
        while True:
            answer = self._receive(until)
            if isinstance(answer, Ready) or answer.number > number:
                raise self._break(_OUT_OF_STEP)
            if answer.number < number:
                continue  # to an order that was given up: an exception came in between
            if isinstance(answer, Refused):
                raise GraderError(answer.why)
            return answer.value

    def spawn(self, *, draws: bool = False) -> Worker:
        """Fork a confined worker and wait until it is ready; ``draws`` if its submission imports matplotlib."""
        return Worker(self, *self._fork(Spawn(draws)))

    def probe(self, secret: Path) -> list[str]:
        """Try in a throw-away worker what is forbidden; the names of what succeeded."""
        worker = Worker(self, *self._fork(Probe(str(secret))))
        try:
            return msgspec.msgpack.decode(worker.channel.read_all(_CONTROL_SECONDS), type=list[str])
        except (WorkerLostError, msgspec.MsgspecError) as error:
            said = worker.output()
            raise GraderError(f"The isolation test gave no answer ({error}). {said}") from None
        finally:
            worker.close()

    def _fork(self, request: Spawn | Probe) -> tuple[int, Channel]:
        """Have a worker forked; its name, and the channel to it once it is ready."""
        if self.broken:
            raise GraderError(self.broken)
        with contextlib.ExitStack() as stack, contextlib.ExitStack() as theirs:
            try:
                channel, fds = open_channel(stack, theirs)
            except OSError as error:
                raise fault("A worker could not be started", error) from None
            before = self._number
            try:
                self._ask(request, fds)
                channel.await_ready()
            except BaseException as error:
                if self._number > before:
                    with contextlib.suppress(GraderError):
                        self.end(before + 1)  # the number of its order, whether or not it was answered
                if self.broken and isinstance(error, GraderError):
                    raise GraderError(self.broken) from None
                raise
            stack.pop_all()
        return before + 1, channel

    def end(self, worker: int) -> int:
        """Kill a worker; its exit code, negative for a signal, −9 when it was still alive.

        Raises:
            GraderError: that could not be had: now the zygote has been killed, and the worker with it.
        """
        try:
            return self._ask(End(worker))
        except GraderError as error:
            raise self._break(str(error)) from None

    def waited(self, worker: int) -> float:
        """How long others have kept a worker waiting for a processor, in seconds since it began."""
        return self._ask(Waited(worker)) / 1e9

    def tell(self, worker: int) -> None:
        """Have a worker write where it stands."""
        self._ask(Tell(worker))

    def stop(self, worker: int, *, go_on: bool = False) -> None:
        """Stop all threads of a worker, or let them go on."""
        self._ask(Stop(worker, go_on))

    def close(self) -> None:
        """End the zygote and everything in it; standard error says what could not be removed."""
        self.broken = self.broken or "The sandbox has been closed."
        self.control.close()
        inside = self._ready is not None and self._ready.layers.in_namespaces
        try:
            self.process.wait(_KILL_SECONDS if inside else _KILL_SECONDS + scratch.AT_THE_END)
        except subprocess.TimeoutExpired:
            self._kill()
        if not inside:
            seconds = 1.0 if self.process.returncode == 0 else scratch.AT_THE_END  # or the zygote has had its time
            for said in scratch.remove_of(os.getpid(), self.process.pid, self._temporary, seconds):
                sys.stderr.write(f"{said}\n")
        if self._errors is not None:
            os.close(self._errors)
            self._errors = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _folder_for_temporary_files() -> str:
    try:
        return os.path.abspath(tempfile.gettempdir())
    except OSError:
        return "/tmp"  # noqa: S108 - whoever needs it says that it cannot be had


class Worker:
    """One confined process with one submission in it. After a fault it is dead; ask the zygote for another.

    Args:
        zygote: whose it is.
        name: the number of the order that made it.
        channel: the line to it.
    """

    def __init__(self, zygote: ZygoteProcess, name: int, channel: Channel) -> None:
        self._zygote = zygote
        self._name = name
        self._status: int | None = None
        self.channel = channel
        self.alive = True

    def exchange(
        self,
        body: list[Any],
        buffers: Callable[[list[Any]], list[wire.Buffer]],
        large: list[wire.Buffer],
        seconds: float,
    ) -> tuple[list[Any], bytes | bytearray]:
        """Send a request and read its answer.

        Whatever comes in between, an interrupt too, the worker is dead before it is passed on: the answer that is
        still on its way would be taken for the next one's.

        Args:
            body: the request without its nonce.
            buffers: makes the frame of the whole request.
            large: arrays that travel beside it.
            seconds: the deadline; what others kept the worker waiting for a processor does not count, see Deadline.

        Returns:
            The answer's structure without the nonce, and its blob.

        Raises:
            WorkerLostError: there was no answer; the worker has been killed.
            GraderError: the sandbox or the machine failed; the worker has been killed.
        """
        if not self.alive:
            raise GraderError(self._zygote.broken or "a dead worker was asked")
        deadline = Deadline(seconds, lambda: self._zygote.waited(self._name))
        nonce = int.from_bytes(os.urandom(7), "little")
        try:
            with contextlib.ExitStack() as stack:
                fds = [_sealed(content, stack) for content in large]
                self.channel.write(buffers([nonce, *body]), fds, deadline)
                structure, size = wire.parse_header(self.channel.read(wire.HEADER.size, deadline))
                answer = wire.parse_structure(self.channel.read(structure, deadline))
                blob = self.channel.read(size, deadline)
            wire.demand_answer_to(nonce, answer)
        except wire.ProtocolError as error:
            self.kill()
            raise WorkerLostError("protocol", str(error)) from None
        except WorkerLostError as lost:
            if lost.kind == "timeout":
                with contextlib.suppress(GraderError):  # which the next line meets, too
                    lost.stood = self._whereabouts()
            status = self.kill()
            if lost.kind == "crashed":
                lost.detail = how_it_ended(status)
            raise
        except BaseException as error:
            with contextlib.suppress(GraderError):
                self.kill()
            if isinstance(error, OSError):
                raise fault("A submission could not be asked", error) from None
            raise
        return answer[1:], blob

    def _whereabouts(self) -> tuple[Stood, ...]:
        """Where it stands, by its own word; the innermost line last."""
        self._zygote.tell(self._name)
        return self.channel.whereabouts()

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """Let nothing of the worker run meanwhile: a thread that it keeps busy would slow down whatever is timed."""
        if not self.alive:
            yield
            return
        try:
            self._zygote.stop(self._name)
            yield
        finally:
            self._zygote.stop(self._name, go_on=True)

    def interrupt(self) -> None:
        """See Channel.interrupt."""
        self.channel.interrupt()

    def read_shared(self, offset: int, size: int) -> bytearray:
        """See Channel.read_shared."""
        return self.channel.read_shared(offset, size)

    def output(self) -> str:
        """What the learner's code printed since the last call."""
        return self.channel.output()

    def kill(self) -> int:
        """End the worker and all it left; its exit status.

        Raises:
            GraderError: it could not be had; the zygote has been killed, and the worker with it.
        """
        self.alive = False
        if self._status is None:
            self._status = self._zygote.end(self._name)
        return self._status

    def close(self) -> None:
        """End the worker and release its descriptors."""
        try:
            with contextlib.suppress(GraderError):  # its zygote has been killed, and says so when it is asked again
                self.kill()
        finally:
            self.channel.close()


def _sealed(content: wire.Buffer, stack: contextlib.ExitStack) -> int:
    """A copy of an array, in memory that nobody can change; the stack closes its descriptor."""
    fd = os.memfd_create("input", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    stack.callback(os.close, fd)
    view, written = memoryview(content).cast("B"), 0
    while written < view.nbytes:
        written += os.write(fd, view[written:])
    syscalls.seal(fd)
    return fd
