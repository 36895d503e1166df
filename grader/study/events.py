"""What a watch hears of besides verdicts: saves, keys, and what the terminal does."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator

import msgspec


class Saved(msgspec.Struct, frozen=True):
    """Something in the folder has changed."""


class Pressed(msgspec.Struct, frozen=True):
    """A key was pressed."""

    key: str


class Resized(msgspec.Struct, frozen=True):
    """The terminal has another size, or is to be drawn anew."""


class Suspended(msgspec.Struct, frozen=True):
    """Ctrl-Z."""


@contextlib.contextmanager
def signals_of_terminal(tell: Callable[[object], None]) -> Iterator[None]:
    """Tell of a new size, and of Ctrl-Z, where the system has signals for these."""
    wanted = {"SIGWINCH": Resized(), "SIGTSTP": Suspended()}
    known = {getattr(signal, name): event for name, event in wanted.items() if hasattr(signal, name)}
    before = {number: signal.signal(number, lambda number, _: tell(known[number])) for number in known}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
