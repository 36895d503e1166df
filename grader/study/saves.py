"""Notices that files of a folder have been saved: by the system's events, and by looking where none come."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

_SUFFIXES = (".py", ".ipynb")
_DEPTH = 3  # exercises/unit/exercise.py, one folder up
_MOST_FILES = 5000
_LOOK = 0.4  # seconds between two looks; events come at once where there are any
_TOGETHER = 60  # milliseconds in which events are taken for one save
_QUIET = 10  # milliseconds without an event that end a save

Stamps = dict[str, tuple[int, int, int]]


class Saves:
    """Tells of every change of a folder's files, from a thread.

    No event says for certain that something has changed, nor does its absence say that nothing has: network drives and
    folders that are shared with a container or with Windows have none. So each event, and each half a second
    without one, is an occasion to look at times and sizes.

    Args:
        path: a folder, or a file in it.
        tell: called after a change.
    """

    def __init__(self, path: Path, tell: Callable[[], None]) -> None:
        self._folder = path if path.is_dir() else path.parent
        self._depth = _DEPTH if path.is_dir() else 1
        self._tell = tell
        self._stop = threading.Event()
        self._seen = stamps(self._folder, self._depth)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join(2)

    def _run(self) -> None:
        for _ in self._occasions():
            if self._stop.is_set():
                return
            found = stamps(self._folder, self._depth)
            if found != self._seen:
                self._seen = found
                self._tell()

    def _occasions(self) -> Iterator[None]:
        import watchfiles

        try:
            for _ in watchfiles.watch(
                self._folder,
                watch_filter=None,
                debounce=_TOGETHER,
                step=_QUIET,
                stop_event=self._stop,
                rust_timeout=int(_LOOK * 1000),
                yield_on_timeout=True,
                raise_interrupt=False,
                recursive=self._depth > 1,
                ignore_permission_denied=True,
            ):
                yield
        except (OSError, RuntimeError):  # too many watches for this system, or the folder is gone
            pass
        while not self._stop.wait(_LOOK):
            yield


def stamps(folder: Path, depth: int = _DEPTH) -> Stamps:
    """Time, size and number of each file that may be an exercise's; those that cannot be looked at are left out."""
    found: Stamps = {}
    waiting = [(str(folder), depth)]
    while waiting and len(found) < _MOST_FILES:
        name, left = waiting.pop()
        try:
            with os.scandir(name) as entries:
                for entry in entries:
                    if entry.name.startswith(".") or entry.name == "__pycache__":
                        continue
                    if entry.name.endswith(_SUFFIXES):
                        seen = entry.stat()
                        found[entry.path] = (seen.st_mtime_ns, seen.st_size, seen.st_ino)
                    elif left > 1 and entry.is_dir(follow_symlinks=False):
                        waiting.append((entry.path, left - 1))
        except OSError:
            continue  # it is being saved, or gone
    return found
