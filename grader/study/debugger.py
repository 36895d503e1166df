"""Stops in a learner's code, where the first of it runs: under pdb, or for a debugger that listens from afar."""

from __future__ import annotations

import pdb  # noqa: T100 - what this is for
import sys
from collections.abc import Callable, Collection
from types import FrameType, TracebackType
from typing import Any, Protocol

from grader.errors import UsageError

_HOST = "127.0.0.1"  # whoever reaches the port runs code here: nobody of another machine may
Trace = Callable[[FrameType, str, Any], Any]


class Debugger(Protocol):
    """Whoever shows where it stopped, and takes orders."""

    @property
    def left(self) -> bool:
        """Whether it was told to leave."""

    def take(self, frame: FrameType) -> Any:
        """Take over at the beginning of a function; what traces its lines from then on."""


class Pdb(pdb.Pdb):
    """Python's own: it shows the learner's call and what is called from there, and nothing of whoever called it."""

    def __init__(self) -> None:
        super().__init__(nosigint=True)
        self.prompt = "(pdb) "
        self._floor: FrameType | None = None

    @property
    def left(self) -> bool:
        """Whether it was told to leave."""
        return bool(self.quitting)

    def take(self, frame: FrameType) -> Trace:
        """See Debugger: its first line stops."""
        self._floor = frame
        self.set_trace(frame)
        return self.trace_dispatch

    def stop_here(self, frame: FrameType) -> bool:
        """Whether a step may end in a frame: not where the learner's call has been left."""
        return self._is_above(frame) and super().stop_here(frame)

    def get_stack(self, f: FrameType | None, t: TracebackType | None) -> tuple[list[tuple[FrameType, int]], int]:
        """What `where`, `up` and `down` know."""
        stack, place = super().get_stack(f, t)
        below = next((at for at, (frame, _) in enumerate(stack) if frame is self._floor), 0)
        return stack[below:], place - below

    def _is_above(self, frame: FrameType | None) -> bool:
        while frame is not None and frame is not self._floor:
            frame = frame.f_back
        return frame is not None


class Debugpy:
    """An editor's debugger, such as that of VS Code.

    Args:
        port: where to wait for it; None where it has come already.
    """

    left = False

    def __init__(self, port: int | None, say: Callable[[str], None]) -> None:
        self._debugpy = _debugpy()
        if port is None:
            return
        try:
            host, port = self._debugpy.listen((_HOST, port))
        except (OSError, RuntimeError) as error:
            raise UsageError(f"Nothing can listen on port {port}: {error}. Name another: --listen 5679.") from None
        say(f"Waiting for a debugger on {host}:{port} (in VS Code: Run, “grade: attach”). Ctrl-C leaves.")
        self._debugpy.wait_for_client()

    def take(self, frame: FrameType) -> Any:
        """See Debugger."""
        import pydevd

        pydevd.settrace(suspend=True, trace_only_current_thread=True, patch_multiprocessing=False, stop_at_frame=frame)
        return frame.f_trace


def is_debugged() -> bool:
    """Whether an editor has started this process under its debugger."""
    return "debugpy" in sys.modules and bool(sys.modules["debugpy"].is_client_connected())


def stop_in(files: Collection[str], debugger: Debugger) -> None:
    """Have a debugger take over as soon as code of these files runs in this thread.

    Args:
        files: as their code objects call them.
        debugger: who takes over.
    """

    def look(frame: FrameType, event: str, _: Any) -> Any:
        if event != "call" or frame.f_code.co_filename not in files:
            return None
        sys.settrace(None)
        return debugger.take(frame)

    sys.settrace(look)


def _debugpy() -> Any:
    try:
        import debugpy  # noqa: T100 - what this is for
    except ImportError:
        raise UsageError('--listen needs debugpy: pip install "gradlings[debug]"') from None
    return debugpy
