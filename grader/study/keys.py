"""Keys, one by one as they are pressed; whatever happens, the terminal is as it was afterwards."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, Self

_LOOK = 0.25  # seconds after which a thread sees that it shall read no more
_SEQUENCES = {
    b"\x1b[A": "up",
    b"\x1b[B": "down",
    b"\x1bOA": "up",
    b"\x1bOB": "down",
    b"\x1b[5~": "page up",
    b"\x1b[6~": "page down",
}


class Keys:
    """Tells of every key, from a thread; to be used as a context manager.

    Args:
        tell: called with a letter, or with ``up``, ``down``, ``page up`` or ``page down``.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._reading = threading.Lock()  # held by whoever reads from the terminal
        self._stop = threading.Event()
        self._before: Any = None

    @staticmethod
    def can_be_read() -> bool:
        """Whether somebody sits at a terminal."""
        try:
            return sys.stdin is not None and os.isatty(sys.stdin.fileno()) and (_termios() is not None or _is_windows())
        except (OSError, ValueError):
            return False

    def __enter__(self) -> Self:
        self._one_by_one()
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._as_before()

    def _one_by_one(self) -> None:
        termios = _termios()
        if termios is None:
            return
        fd = sys.stdin.fileno()
        self._before = self._before or termios.tcgetattr(fd)
        mode = termios.tcgetattr(fd)
        mode[3] &= ~(termios.ECHO | termios.ICANON)  # Ctrl-C and Ctrl-Z stay what they are
        mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
        termios.tcsetattr(fd, termios.TCSADRAIN, mode)

    def _as_before(self) -> None:
        termios = _termios()
        if termios is not None and self._before is not None:
            with contextlib.suppress(termios.error, OSError):  # the terminal is gone
                termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, self._before)

    @contextlib.contextmanager
    def handed_over(self) -> Iterator[None]:
        """Let another program have the terminal meanwhile."""
        with self._reading:
            self._as_before()
            try:
                yield
            finally:
                self._one_by_one()

    def _read(self) -> None:
        while not self._stop.is_set():
            with self._reading:
                pressed = _next_keys()
            if pressed is None:
                return
            for key in pressed:
                self._tell(key)
            if not pressed:
                self._stop.wait(0.001)  # whoever waits for the terminal gets it


def _next_keys() -> list[str] | None:
    """What is pressed within a moment; None: nobody will press anything any more."""
    if _is_windows():
        return _next_keys_of_windows()
    try:
        fd = sys.stdin.fileno()
        if not select.select([fd], [], [], _LOOK)[0]:
            return []
        data = os.read(fd, 64)
    except (OSError, ValueError):
        return None
    return None if not data else keys_in(data)


def keys_in(data: bytes) -> list[str]:
    r"""The keys in what a terminal sends: ``b"h\x1b[A"`` is ``["h", "up"]``; other sequences are nobody's."""
    if data in _SEQUENCES:
        return [_SEQUENCES[data]]
    found: list[str] = []
    while data:
        sequence = next((known for known in _SEQUENCES if data.startswith(known)), None)
        if sequence is not None:
            found.append(_SEQUENCES[sequence])
            data = data[len(sequence) :]
        elif data.startswith(b"\x1b"):
            break
        else:
            found.append(chr(data[0]))
            data = data[1:]
    return found


def _is_windows() -> bool:
    return os.name == "nt"


def _next_keys_of_windows() -> list[str]:
    import importlib
    import time

    console: Any = importlib.import_module("msvcrt")
    until = time.monotonic() + _LOOK
    while time.monotonic() < until:
        if console.kbhit():
            key = console.getwch()
            if key in "\x00\xe0":
                codes = {"H": "up", "P": "down", "I": "page up", "Q": "page down"}
                return [code for code in [codes.get(console.getwch(), "")] if code]
            return [key]
        time.sleep(0.02)
    return []


def _termios() -> Any:
    """The module where there is one: Windows has none."""
    try:
        import termios
    except ImportError:
        return None
    return termios
