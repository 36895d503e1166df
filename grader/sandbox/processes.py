"""What the kernel tells about processes, and the end of one with all that it started."""

from __future__ import annotations

import contextlib
import os
import signal

_TICK = 1_000_000_000 // os.sysconf("SC_CLK_TCK")  # nanoseconds


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
