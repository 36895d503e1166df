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

SECONDS: Final = 0.5  # to wait for the answer
QUIET: Final = 0.05  # after its last line: what else comes is no part of it
MOST_BYTES: Final = 1 << 20  # that are looked through for it: what was printed and not yet read comes first
_ANSWER_BYTES = 64 << 10
_HEAD = re.compile(
    rb"^(?:Current thread 0x[0-9a-f]+(?: \[[^\]\n]*\])?|Stack) \(most recent call first\):\n", re.MULTILINE
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
    found: list[Stood] = []
    lines = bytes(printed[head.end() : head.end() + _ANSWER_BYTES]).split(b"\n")
    for line in lines[:STOOD]:
        frame = _FRAME.fullmatch(line.decode("ascii", "replace"))
        if frame is not None:
            found.append((frame[1][:PATH], int(frame[2]), frame[3][:NAME]))
        elif not line.startswith(b"  "):
            break
    return bytes(printed[: head.start()]), tuple(reversed(found))


def as_written(file: str) -> str:
    """A file's name as such an answer has it: in ASCII, what is none of it spelled out."""
    return file.encode("ascii", "backslashreplace").decode()[:PATH]
