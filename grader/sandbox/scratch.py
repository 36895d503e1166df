"""Scratch folders: made, removed in time that grows with what is in them only, and found again when a run was killed.

Nothing in them is trusted. A submission may leave a chain of folders longer than any path, folders that nobody may
open, a million files: removal never recurses, follows no link, names everything relative to an open folder, and can
stop when its time is up and go on later.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import math
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator

from grader import system
from grader.sandbox import syscalls

_PREFIX = "gradlings-"
_AT_ONCE = 0.2  # seconds that the end of a worker may take; what is left then, a process of its own removes
AT_THE_END = 20.0  # seconds that the end of a run may take: a disk removes some thousand folders a second
_STALE_SECONDS = 60.0  # that folders of killed runs may take a later one
_OPEN_FOLDER = system.flags("O_RDONLY", "O_DIRECTORY", "O_NOFOLLOW", "O_CLOEXEC")
_NOT_EMPTY = (errno.ENOTEMPTY, errno.EEXIST)


class Scratch:
    """The folder that holds the folders of all workers of a zygote.

    Args:
        path: where it is.
        keeps: whether it is on a file system that ends with the zygote: then nothing need be tidied up at the end.

    Attributes:
        removers: the processes that remove what is left of earlier workers, or of earlier runs.
    """

    def __init__(self, path: str, *, keeps: bool) -> None:
        self.path = path
        self.removers: set[int] = set()
        self._keeps = keeps
        self._folder = os.open(path, _OPEN_FOLDER)
        self._left: list[str] = []

    def new(self) -> str:
        """An empty folder for a worker."""
        return tempfile.mkdtemp(dir=self.path)

    def discard(self, folder: str) -> None:
        """Remove a worker's folder, or have it removed: whoever asked for its end is not kept waiting."""
        self._left = remove_below(self._folder, [*self._left, os.path.basename(folder)], _AT_ONCE)
        self.go_on()

    def go_on(self) -> None:
        """Have what is left removed, by one process at a time."""
        if self.removers:
            self.removers = {pid for pid in self.removers if os.waitpid(pid, os.WNOHANG)[0] == 0}
        if self._left and not self.removers:
            with contextlib.suppress(OSError):  # no process to be had: the next discard tries again
                left = self._left
                self.removers.add(_in_a_child(self._folder, lambda: remove_below(self._folder, left, math.inf)))
                self._left = []

    def lock(self) -> None:
        """Hold a lock on the folder as long as this process lives: see ``remove_stale``."""
        with contextlib.suppress(OSError):
            system.lock(self._folder)

    def close(self) -> str:
        """Remove everything; what could not be removed, in words."""
        for remover in self.removers:
            os.kill(remover, signal.SIGKILL)
            os.waitpid(remover, 0)
        os.close(self._folder)
        return "" if self._keeps else remove(self.path, AT_THE_END)


def make(parent: str, trusted: str) -> Scratch:
    """Make a folder among the temporary files, named after the trusted process and this one; remove stale ones."""
    scratch = Scratch(tempfile.mkdtemp(prefix=f"{_PREFIX}{trusted}-{os.getpid()}-", dir=parent), keeps=False)
    scratch.lock()
    scratch.removers |= remove_stale(parent)
    return scratch


def remove_of(trusted: int, zygote: int, parent: str, seconds: float) -> list[str]:
    """Remove what a zygote has left that is gone; what could not be removed, in words."""
    named = f"{_PREFIX}{trusted}-{zygote}-"
    with contextlib.suppress(OSError):
        found = [os.path.join(parent, name) for name in os.listdir(parent) if name.startswith(named)]
        return [said for said in (remove(path, seconds) for path in found) if said]
    return []


def remove(path: str, seconds: float) -> str:
    """Remove a folder of this user's; why it is still there, in words, empty when it is not."""
    with contextlib.suppress(FileNotFoundError):
        try:
            folder = os.open(path, _OPEN_FOLDER)
            try:
                if os.fstat(folder).st_uid != os.getuid():
                    return ""  # of a like name, and somebody else's
                remove_below(folder, os.listdir(folder), seconds)
            finally:
                os.close(folder)
            os.rmdir(path)
        except OSError as error:
            why = "was too large to be removed at once" if error.errno in _NOT_EMPTY else f"stays: {error.strerror}"
            return f"The scratch folder {path} {why}; remove it with `rm -rf`, or let a later run do it."
    return ""


def remove_below(top: int, names: list[str], seconds: float) -> list[str]:
    """Remove entries of a folder, and all below them.

    A folder that is not empty gives its files up; its own folders that are not empty are moved to the top, and wait
    there for their turn. So every entry is met once, and nothing lies deeper than two levels when it is.

    Args:
        top: an open folder.
        names: of the entries.
        seconds: when to stop.

    Returns:
        The names of entries that are left.
    """
    until = time.monotonic() + seconds
    names_above = (f".{os.getpid()}-{time.monotonic_ns()}-{number}" for number in itertools.count())
    waiting = list(names)
    stuck: list[str] = []
    while waiting and time.monotonic() < until:
        name = waiting.pop()
        if _is_gone(top, name):
            continue
        try:
            moved, progress = _take_apart(top, name, names_above, until)
        except OSError:
            moved, progress = [], False
        # Once more, now that it is empty, or because the time was up; but not for ever.
        (waiting if progress else stuck).append(name)
        waiting += moved
    return waiting + stuck


def _is_gone(folder: int, name: str) -> bool:
    """Remove an entry unless it is a folder with something in it; whether it is gone."""
    try:
        try:
            os.rmdir(name, dir_fd=folder)
        except NotADirectoryError:
            os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _take_apart(top: int, name: str, names_above: Iterator[str], until: float) -> tuple[list[str], bool]:
    """Remove what lies in a folder, and move what cannot be removed yet up; the new names, and whether it helped."""
    try:
        folder = os.open(name, _OPEN_FOLDER, dir_fd=top)
    except PermissionError:
        os.chmod(name, 0o700, dir_fd=top)  # it was made with a mode that lets nobody in
        folder = os.open(name, _OPEN_FOLDER, dir_fd=top)
    moved, full, progress = [], [], False
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if time.monotonic() > until:
                    break
                if _is_gone(folder, entry.name):
                    progress = True
                else:
                    full.append(entry.name)
        for inner in full:  # after the rest is removed, which makes room on a full disk
            above = next(names_above)
            try:
                os.rename(inner, above, src_dir_fd=folder, dst_dir_fd=top)
            except PermissionError:
                os.chmod(inner, 0o700, dir_fd=folder)  # to move a folder, one must be allowed to write it
                os.rename(inner, above, src_dir_fd=folder, dst_dir_fd=top)
            moved.append(above)
    except OSError:
        if not moved:
            raise
    finally:
        os.close(folder)
    return moved, progress or bool(moved)


def remove_stale(parent: str) -> set[int]:
    """Have folders removed that killed runs of this user have left among the temporary files; by which process.

    Their names can be guessed, and anybody may make folders there: only this user's own count. One is stale when the
    process in its name is gone and its lock is free. The lock alone would not do for runs of older versions, nor the
    process alone: it may live in another container that shares the folder.
    """
    with contextlib.suppress(OSError):
        stale = [os.path.join(parent, name) for name in os.listdir(parent) if _is_of_the_dead(name)]
        if stale:
            return {_in_a_child(-1, lambda: _remove_those_free(stale))}
    return set()


def _is_of_the_dead(name: str) -> bool:
    words = name.split("-")
    if not name.startswith(_PREFIX) or len(words) < 3 or not words[1].isdecimal():
        return False
    try:
        os.kill(int(words[1]), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def _remove_those_free(paths: list[str]) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            folder = os.open(path, _OPEN_FOLDER)  # closed, and its lock given back, as this process ends
            if os.fstat(folder).st_uid == os.getuid() and system.lock(folder):
                remove(path, _STALE_SECONDS)


def _in_a_child(keep: int, work: Callable[[], object]) -> int:
    """Start a process that does this and ends, at the latest with this one; its pid."""
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        try:
            if syscalls.IS_LINUX:
                syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
                syscalls.close_all_but({keep} if keep >= 0 else set())  # the control socket is the zygote's alone
            if os.getppid() == parent:
                work()
        finally:
            os._exit(0)
    return child
