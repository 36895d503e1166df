"""What the kernel tells about processes, and the end of one with all that it started."""

from __future__ import annotations

import contextlib
import os
import signal

_TICK = 1_000_000_000 // (os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100)  # nanoseconds


def children_of(pid: int) -> list[int]:
    """The children of a process's first thread; none where the kernel does not tell."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


def waited(pid: int) -> int:
    """How long others have kept a process's first thread from running, in ns; 0 where the kernel does not tell.

    That is the thread's time on a run queue, less what the process's other threads ran: while one of them has the
    processor that the first waits for, it is the process that keeps itself waiting. Threads that have ended count, too.
    """
    try:
        with open(f"/proc/{pid}/schedstat") as file:
            first, queued = (int(word) for word in file.read().split()[:2])
        with open(f"/proc/{pid}/stat") as file:
            words = file.read().rpartition(")")[2].split()
    except (OSError, ValueError):
        return 0
    total = (int(words[11]) + int(words[12])) * _TICK  # user and system time
    return queued - max(0, total - first)


def kill_tree(pid: int) -> None:
    """Kill the process group of a child that leads one, and every process below it, whatever state they are in."""
    below = _below(pid)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    for descendant in below:
        with contextlib.suppress(OSError):
            os.kill(descendant, signal.SIGKILL)


def _below(pid: int) -> list[int]:
    found, looked = [pid], 0
    while looked < len(found) and looked < 10_000:  # a fork bomb is only stopped by the end of its zygote
        found += children_of(found[looked])
        looked += 1
    return found[1:]


_BY_SIGNAL = {
    "SIGSEGV": "it crashed the interpreter (segmentation fault)",
    "SIGABRT": "it aborted the interpreter",
    "SIGFPE": "it crashed the interpreter (arithmetic fault)",
    "SIGBUS": "it crashed the interpreter (bus error)",
    "SIGILL": "it crashed the interpreter (illegal instruction)",
    "SIGSYS": "it made a system call that the sandbox kills for",
    "SIGXCPU": "it used up its CPU time",
    "SIGXFSZ": "it wrote a file larger than the sandbox allows",
}
# What Windows gives in place of a signal: an exit code with its two highest bits set.
_BY_WINDOWS = {
    0xC0000005: _BY_SIGNAL["SIGSEGV"],
    0xC00000FD: "it crashed the interpreter (stack overflow)",
    0xC0000409: _BY_SIGNAL["SIGABRT"],
    0xC0000094: _BY_SIGNAL["SIGFPE"],
    0xC000001D: _BY_SIGNAL["SIGILL"],
}
KILLED = -9  # on every platform, of a process that was still alive


def how_it_ended(status: int) -> str:
    """An exit status in words that a learner understands."""
    if status >= 0:
        return _BY_WINDOWS.get(status, f"it ended the whole process with exit code {status}")
    if status == KILLED:
        return "it was killed, or closed its connection to the grader"
    names = {int(getattr(signal, name)): name for name in _BY_SIGNAL if hasattr(signal, name)}
    return _BY_SIGNAL.get(names.get(-status, ""), f"it was ended by signal {-status}")


def how_it_left(code: int | None) -> str:
    """The same of a process of ours, None for one that lives."""
    if code is None:
        return "closed its connection"
    number = -code if code < 0 else code - 128 if 128 < code < 256 else 0  # the second by a process between
    return f"was ended by signal {number}" if number else f"ended early, with exit code {code}"
