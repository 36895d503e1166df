"""Where a worker stood when its time was over: it writes that itself, and so it is the submission's word.

Asked by a signal, it answers from C: also out of an operator of torch's, or a ``sum`` over all integers, that keeps
every thread of Python's waiting. What it writes is read for a moment, bounded, and believed in nothing but a message.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import re
import signal
from typing import Final

from grader.bounds import NAME, PATH, STOOD

Stood = tuple[str, int, str]  # a file, as the worker calls it; a line; a function

SECONDS: Final = 1.0  # to wait for the answer
QUIET: Final = 0.05  # after its last line: what else comes is no part of it
MOST_BYTES: Final = 1 << 20  # that are looked through for it: what was printed and not yet read comes first
_ANSWER_BYTES = 64 << 10
_HEAD = re.compile(
    rb"^(?:Current thread 0x[0-9a-f]+(?: \[[^\]\n]*\])?|Stack) \(most recent call first\):\n", re.MULTILINE
)
_THREAD = re.compile(
    rb"^(?:Current thread|Thread) 0x([0-9a-f]{1,16})(?: \[[^\]\n]*\])? \(most recent call first\):\r?\n", re.MULTILINE
)
_FRAME = re.compile(r'  File "(.+)", line (\d{1,9}) in (.+)')
_SIGNAL: signal.Signals | None = getattr(signal, "SIGUSR1", None)


def tell_when_asked() -> None:
    """Answer on standard error from now on; in the worker."""
    if _SIGNAL is not None:
        faulthandler.register(_SIGNAL, file=2, all_threads=False, chain=False)


def ask(pid: int) -> None:
    """Ask a worker; in the zygote."""
    if _SIGNAL is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, _SIGNAL)


def is_whole(printed: bytes | bytearray) -> bool:
    """Whether the answer has come, and something after it."""
    head = _HEAD.search(printed)
    if head is None:
        return False
    if len(printed) - head.end() > _ANSWER_BYTES:
        return True
    *lines, _ = bytes(printed[head.end() :]).split(b"\n")
    return not all(line.startswith(b"  ") for line in lines)


def taken_out(printed: bytes | bytearray) -> tuple[bytes, tuple[Stood, ...]]:
    r"""What a worker printed without the answer, and the answer: the innermost line last; nothing where it is none.

    b'Stack (most recent call first):\n  File "head.py", line 3 in f\n' -> b"", (("head.py", 3, "f"),)
    """
    head = _HEAD.search(printed)
    if head is None:
        return bytes(printed), ()
    return bytes(printed[: head.start()]), _frames(bytes(printed[head.end() : head.end() + _ANSWER_BYTES]))


def _frames(text: bytes) -> tuple[Stood, ...]:
    """The frames at the begin of a text, the innermost first there and last here."""
    found: list[Stood] = []
    for line in text[:_ANSWER_BYTES].split(b"\n")[:STOOD]:
        frame = _FRAME.fullmatch(line.rstrip(b"\r").decode("ascii", "replace"))
        if frame is not None:
            found.append((frame[1][:PATH], int(frame[2]), frame[3][:NAME]))
        elif not line.startswith(b"  "):
            break
    return tuple(reversed(found))


def of_thread(dump: bytes, thread: int) -> tuple[Stood, ...]:
    r"""Where one thread stood, of all threads that a worker has written; the innermost line last.

    b'Timeout (0:00:06)!\nThread 0x0007 (most recent call first):\n  File "head.py", line 3 in f\n', 7 -> the same
    """
    for head in _THREAD.finditer(dump):
        if int(head[1], 16) == thread % (1 << 4 * len(head[1])):  # Windows spells out half of it
            return _frames(dump[head.end() :])
    return ()


def as_written(file: str) -> str:
    """A file's name as such an answer has it: in ASCII, what is none of it spelled out."""
    return file.encode("ascii", "backslashreplace").decode()[:PATH]
