"""The trusted side of portable workers: fresh interpreters, one of them always ready for what is asked next.

For platforms that have neither ``fork`` nor the sockets of the zygote. Pipes cannot be waited for on all of them, so
two threads a worker wait: one asks and reads the answer, one takes in what is printed.
"""

from __future__ import annotations

import contextlib
import os
import queue
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Self

import msgspec

from grader.errors import GraderError
from grader.sandbox import pipes, wire
from grader.sandbox.channel import MOST_OUTPUT, WorkerLostError, as_output
from grader.sandbox.deadline import Deadline
from grader.sandbox.faults import fault
from grader.sandbox.home import built_environment
from grader.sandbox.portable_worker import MARGIN
from grader.sandbox.processes import KILLED, how_it_ended, how_it_left
from grader.sandbox.whereabouts import Stood, of_thread

_PREFIX = "gradlings-worker-"
_START_SECONDS = 120.0  # importing torch on a loaded machine
_LAST_SECONDS = 2.0  # for what a process writes at its end
_STALE = 7 * 24 * 3600.0  # seconds after which a folder of a worker is nobody's
_LOOK = 0.25  # seconds after which a wait is seen to be interrupted: Windows waits on otherwise

_Job = tuple[list[wire.Buffer], list[wire.Buffer], float]


class FreshWorkers:
    """Starts workers, the next one while the one before is asked; in place of a zygote.

    Args:
        preload: modules that each imports before it is asked.
        barred: top-level packages that may not be imported -> why.
    """

    def __init__(self, preload: tuple[str, ...], barred: dict[str, str]) -> None:
        self._kind = (preload, barred)
        _remove_stale()
        self._spare: PortableWorker | None = PortableWorker(*self._kind)

    def spawn(self, *, draws: bool = False) -> PortableWorker:
        """A worker that is ready to be asked."""
        del draws
        worker, self._spare = self._spare or PortableWorker(*self._kind), None
        try:
            worker.await_ready()
            self._spare = PortableWorker(*self._kind)
        except BaseException:
            worker.close()
            raise
        return worker

    def close(self) -> None:
        """End the worker that nobody has asked for."""
        if self._spare is not None:
            self._spare.close()
            self._spare = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class PortableWorker:
    """One fresh interpreter with one submission in it; see ``client.Worker``. After a fault it is dead."""

    def __init__(self, preload: tuple[str, ...], barred: dict[str, str]) -> None:
        self.alive = True
        self._status: int | None = None
        self._thread = 0  # of the worker's, that answers
        self._beside = bytearray()  # the large arrays of the latest answer
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[pipes.Answer | pipes.Began | Exception] = queue.SimpleQueue()
        self._printed = _Printed(b"\x1e" + secrets.token_hex(16).encode() + b"\x1e")
        try:
            self._folder = tempfile.mkdtemp(prefix=_PREFIX)
            home = os.path.join(self._folder, "home")
            os.mkdir(home)
            self._process = _start(home)
        except OSError as error:
            raise fault("A worker could not be started", error) from None
        start = pipes.Start(preload, barred, home, os.path.join(self._folder, "stood"), self._printed.mark)
        self._threads = [
            threading.Thread(target=self._talk, args=(start,), daemon=True),
            threading.Thread(target=self._printed.take_from, args=(self._process.stderr,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    # -- in a thread of its own ---------------------------------------------------------------------------------

    def _talk(self, start: pipes.Start) -> None:
        """Put each question, and the answer that comes."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asks, hears = self._process.stdin.fileno(), self._process.stdout.fileno()
        try:
            pipes.write_word(asks, start)
            self._answers.put(msgspec.msgpack.decode(pipes.read_word(hears), type=pipes.Began))
            while (job := self._jobs.get()) is not None:
                pipes.write_request(asks, *job)
                self._answers.put(pipes.read_answer(hears))
        except Exception as error:  # noqa: BLE001 - whoever waits for the answer raises it
            self._answers.put(error)

    # -- in the thread of whoever asks --------------------------------------------------------------------------

    def await_ready(self) -> None:
        """Wait until it has imported everything.

        Raises:
            GraderError: it could not; the message holds its last words.
        """
        try:
            word = self._next(Deadline(_START_SECONDS))
        except WorkerLostError as lost:
            late = lost.kind == "timeout"
            how = "did not start in time" if late else how_it_left(self._end(waits=True))
            said = self.output().strip()
            words = f" It said:\n{said[-3000:]}" if said else ""
            raise GraderError(f"A worker {how}.{words}") from None
        assert isinstance(word, pipes.Began)
        self._thread = word.thread

    def exchange(
        self,
        body: list[Any],
        buffers: Callable[[list[Any]], list[wire.Buffer]],
        large: list[wire.Buffer],
        seconds: float,
    ) -> tuple[list[Any], bytes | bytearray]:
        """Send a request and read its answer; see ``Worker.exchange``."""
        if not self.alive:
            raise GraderError("a dead worker was asked")
        nonce = int.from_bytes(os.urandom(7), "little")
        try:
            self._jobs.put((buffers([nonce, *body]), large, seconds))
            answer = self._next(Deadline(seconds))
            assert isinstance(answer, pipes.Answer)
            wire.demand_answer_to(nonce, answer.structure)
        except wire.ProtocolError as error:
            self.kill()
            raise WorkerLostError("protocol", str(error)) from None
        except WorkerLostError as lost:
            if lost.kind == "timeout":
                lost.stood = self._whereabouts()
            status = self._end(waits=lost.kind == "crashed")
            if lost.kind == "crashed":
                lost.detail = how_it_ended(status)
            raise
        except BaseException:
            self.kill()
            raise
        self._printed.expect_one_more()
        self._beside = answer.large
        return answer.structure[1:], answer.blob

    def _next(self, deadline: Deadline) -> pipes.Answer | pipes.Began:
        """What comes next from the other thread."""
        while True:
            left = deadline.left()
            if left <= 0:
                raise WorkerLostError("timeout", "")
            with contextlib.suppress(queue.Empty):
                answer = self._answers.get(timeout=min(left, _LOOK))
                break
        if isinstance(answer, pipes.ClosedError):
            raise WorkerLostError("crashed", "")
        if isinstance(answer, msgspec.MsgspecError):
            raise wire.ProtocolError("bytes that are no message")
        if isinstance(answer, MemoryError):
            raise fault("A submission could not be heard", answer)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _whereabouts(self) -> tuple[Stood, ...]:
        """Where it stands, by its own word, which it writes before it ends; the innermost line last."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(MARGIN + _LAST_SECONDS)
        try:
            with open(os.path.join(self._folder, "stood"), "rb") as file:
                return of_thread(file.read(1 << 20), self._thread)
        except OSError:
            return ()

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """Nothing: there is no way to stop a process on every platform."""
        yield

    def read_shared(self, offset: int, size: int) -> bytearray:
        """Bytes of the large arrays that came with the latest answer."""
        if offset < 0 or offset + size > len(self._beside):
            raise wire.ProtocolError("an array beyond what was sent")
        return self._beside[offset : offset + size]

    def output(self) -> str:
        """What the learner's code printed since the last call."""
        return self._printed.taken(_LAST_SECONDS, whole=not self.alive)

    def interrupt(self) -> None:
        """Take it away, from whatever thread: who waits for an answer finds that it is gone."""
        with contextlib.suppress(OSError):
            self._process.kill()

    def kill(self) -> int:
        """End it; its exit status, ``KILLED`` when it was still alive."""
        return self._end(waits=False)

    def _end(self, *, waits: bool) -> int:
        self.alive = False
        if self._status is None:
            if waits:  # its pipe is closed, so that it is about to end by itself
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(_LAST_SECONDS)
            self._status = self._process.poll()
            if self._status is None:
                self._status = KILLED
                self._process.kill()
                self._process.wait()
            if hasattr(os, "killpg"):  # it leads a group: what it has left there goes with it, where there are groups
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._process.pid, signal.SIGKILL)
        return self._status

    def close(self) -> None:
        """End it, and release what is its own."""
        self.kill()
        self._jobs.put(None)
        for thread in self._threads:
            thread.join(_LAST_SECONDS)
        talks, prints = (thread.is_alive() for thread in self._threads)
        for pipe, is_used in ((self._process.stdin, talks), (self._process.stdout, talks)):
            if pipe is not None and not is_used:
                pipe.close()
        if not prints and self._process.stderr is not None:  # a process that it has left may hold the other end
            self._process.stderr.close()
        shutil.rmtree(self._folder, ignore_errors=True)


class _Printed:
    """What a worker prints, bounded, taken in by a thread so that the worker never waits.

    Args:
        mark: what it writes after each answer, and what is none of the learner's.
    """

    def __init__(self, mark: bytes) -> None:
        self.mark = mark
        self._news = threading.Condition()
        self._text = bytearray()
        self._dropped = 0
        self._marks = 0
        self._expected = 0
        self._ended = False

    def take_from(self, pipe: Any) -> None:
        """Read to the end; in a thread."""
        rest = b""
        while True:
            try:
                part = os.read(pipe.fileno(), 1 << 16)
            except (OSError, ValueError):
                part = b""
            *before, rest = (rest + part).split(self.mark)
            begun = rest.rfind(self.mark[:1], -len(self.mark)) if part else -1  # perhaps the begin of a mark
            now, rest = (rest, b"") if begun < 0 else (rest[:begun], rest[begun:])
            with self._news:
                self._note(b"".join([*before, now]))
                self._marks += len(before)
                self._ended = not part
                self._news.notify_all()
            if not part:
                return

    def _note(self, part: bytes) -> None:
        room = MOST_OUTPUT - len(self._text)
        self._text += part[:room]
        self._dropped += max(0, len(part) - room)

    def expect_one_more(self) -> None:
        """Note that an answer has come."""
        self._expected += 1

    def taken(self, seconds: float, *, whole: bool) -> str:
        """What was printed before the latest answer, or up to the end, and not been taken yet."""
        with self._news:
            self._news.wait_for(lambda: self._ended or (not whole and self._marks >= self._expected), timeout=seconds)
            text = as_output(bytes(self._text), self._dropped)
            self._text.clear()
            self._dropped = 0
        return text


def _start(home: str) -> subprocess.Popen[bytes]:
    flags = ("CREATE_NEW_PROCESS_GROUP", "CREATE_NO_WINDOW")  # of Windows; elsewhere a session of its own does it
    return subprocess.Popen(
        [sys.executable, "-I", "-B", "-m", "grader.sandbox.portable_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        env=_environment(home),
        cwd=home,
        start_new_session=True,  # Ctrl-C is for the trusted process, which then cleans up
        creationflags=sum(getattr(subprocess, flag, 0) for flag in flags),
    )


def _environment(home: str) -> dict[str, str]:
    own = dict.fromkeys(("HOME", "TMPDIR", "USERPROFILE", "TEMP", "TMP"), home)
    found = {**built_environment(), **own}
    with contextlib.suppress(OSError, RuntimeError, KeyError):  # a user without a home
        from platformdirs import user_cache_path

        found["MPLCONFIGDIR"] = str(user_cache_path("gradlings", appauthor=False) / "matplotlib")
    return found


def _remove_stale() -> None:
    """Remove the folders of workers whose trusted process was killed a while ago."""
    with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if not entry.name.startswith(_PREFIX):
                continue
            with contextlib.suppress(OSError):
                status = entry.stat(follow_symlinks=False)
                is_own = not hasattr(os, "getuid") or status.st_uid == os.getuid()
                if is_own and time.time() - status.st_mtime > _STALE and not entry.is_symlink():
                    shutil.rmtree(entry.path, ignore_errors=True)
