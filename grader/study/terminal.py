"""Shows the watch: on a screen of its own where there is a terminal, else as lines below each other."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

from rich.console import ConsoleDimensions
from rich.live import Live
from rich.segment import Segment

from grader.reports.lines import ASCII, UNICODE, Charset
from grader.reports.terminal import as_rich
from grader.study.keys import Keys
from grader.study.screen import View, body_lines, screen

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

_NARROWEST = 20


class Terminal:
    """A terminal, or a file that takes the place of one.

    Args:
        console: where to write.

    Attributes:
        reads_keys: whether it has a screen and keys.
        keys: where they come from.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self.reads_keys = console.is_terminal and not console.is_dumb_terminal and Keys.can_be_read()
        self.keys: Keys | None = None
        self._live: Live | None = None
        self._scrolled = 0
        self._view: View | None = None
        self._printed: object = None
        self._drawn: object = None  # what is on the screen

    @property
    def charset(self) -> Charset:
        """The letters that it has."""
        return ASCII if self._console.options.ascii_only else UNICODE

    def __enter__(self) -> Self:
        if self.reads_keys:
            self._begin()
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def _begin(self) -> None:
        self._drawn = None
        self._live = Live(console=self._console, screen=True, auto_refresh=False, redirect_stdout=False)
        self._live.start()

    def _leave(self) -> None:
        live, self._live = self._live, None
        if live is not None:
            with contextlib.suppress(OSError):  # the terminal is gone
                live.stop()

    def show(self, view: View, finished: bool) -> None:
        """Draw the screen, if anything on it has changed; without a screen print each verdict once."""
        if self._live is None:
            if finished and view.result is not None and not view.is_old:
                self._print(view)
            return
        self._measure()
        now = (view, self._scrolled, self._console.size)
        if now == self._drawn:
            return
        self._view, self._drawn = view, now
        self._live.update(_Screen(self), refresh=True)

    def _measure(self) -> None:
        """Ask the terminal how large it is: COLUMNS and LINES, which rich believes, are of before it was resized."""
        with contextlib.suppress(OSError, ValueError):
            size = os.get_terminal_size(self._console.file.fileno())
            if size.columns and size.lines:
                self._console.size = ConsoleDimensions(size.columns, size.lines)

    def _print(self, view: View) -> None:
        about = (view.focus.id, view.result)
        if about == self._printed:
            return
        self._printed = about
        for line in body_lines(view, self._console.width, self.charset):
            self._console.print(as_rich(line), crop=False)
        self._console.print(view.doing, style="dim", markup=False, highlight=False)
        self._console.print()
        self._console.file.flush()

    def drawn(self, width: int, height: int) -> list[list[Segment]]:
        """The lines of the screen, each as wide as it is."""
        assert self._view is not None
        width = max(width, _NARROWEST)
        lines, self._scrolled = screen(self._view, width, height, self.charset, self._scrolled)
        options = self._console.options.update(width=width, height=None, no_wrap=True)
        found = []
        for line in lines:
            segments = list(self._console.render(as_rich(line), options))
            found.append(Segment.adjust_line_length([part for part in segments if part.text != "\n"], width))
        return found

    def scroll(self, by: int) -> None:
        """Scroll the middle of the screen."""
        self._scrolled = max(self._scrolled + by, 0)

    def scroll_to_top(self) -> None:
        """Scroll back to where the middle begins."""
        self._scrolled = 0

    @contextlib.contextmanager
    def handed_over(self) -> Iterator[None]:
        """Let another program have the terminal meanwhile."""
        self._leave()
        try:
            with self.keys.handed_over() if self.keys is not None else contextlib.nullcontext():
                yield
        finally:
            if self.reads_keys:
                self._begin()

    def suspend(self) -> None:
        """Stop, as Ctrl-Z wants it, and come back with the screen."""
        with self.handed_over():
            os.kill(os.getpid(), signal.SIGSTOP)


class _Screen:
    """What rich draws: it asks at each refresh, so that the size is the present one."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = self._terminal.drawn(options.max_width, options.height or console.height)
        for place, line in enumerate(lines):
            yield from line
            if place < len(lines) - 1:
                yield Segment.line()
