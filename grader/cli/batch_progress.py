"""What `grade batch` shows while it works: a bar with the rate and the time left, lines, a log, and the summary."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

import msgspec

from grader.cli.output import console, printing, say
from grader.errors import UsageError
from grader.reports.text import sanitize
from grader.session.grading import now

if TYPE_CHECKING:
    from rich.progress import Progress

    from grader.cohort.batch import HandInDone
    from grader.cohort.hand_ins import HandIn
    from grader.cohort.work import Checked
    from grader.reports.model import Isolation

_MOST_TOLD = 20  # of those that could not be graded
_LONGEST = 60  # characters of a name


@contextlib.contextmanager
def watching(count: int, log: Path | None, *, verbose: bool) -> Iterator[BatchProgress]:
    """Show how a batch goes on.

    Args:
        count: how many hand-ins there are.
        log: a file to which a line of JSON is added for each hand-in.
        verbose: whether to print a line for each.
    """
    with contextlib.ExitStack() as stack:
        file = None
        if log is not None:
            try:
                file = stack.enter_context(log.open("a", encoding="utf-8"))
            except OSError as error:
                raise UsageError(f"{log} cannot be written: {error.strerror}.") from error
        bar = stack.enter_context(_bar()) if sys.stderr.isatty() else None
        yield BatchProgress(count, file, bar, verbose=verbose)


class BatchProgress:
    """Watches a batch; see ``cohort.batch.Watch``."""

    def __init__(self, count: int, log: IO[str] | None, bar: Progress | None, *, verbose: bool) -> None:
        self._count = count
        self._log = log
        self._bar = bar
        self._verbose = verbose
        self._started = time.monotonic()
        self._ended: list[HandInDone] = []
        self._checks = 0
        self._task = bar.add_task("hand-ins", total=count) if bar is not None else None

    def begin(self, hand_in: HandIn) -> None:
        """A hand-in is looked at."""

    def check(self, hand_in: HandIn, event: Checked) -> None:
        """A check of it has ended."""
        self._checks += 1
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, description=f"{_name(hand_in)}: {event.exercise}")

    def end(self, done: HandInDone) -> None:
        """All of a hand-in is known."""
        self._ended.append(done)
        if self._log is not None:
            self._log.write(msgspec.json.encode(_line(done)).decode() + "\n")
            self._log.flush()
        if self._verbose:
            self._say(f"{len(self._ended)}/{self._count}  {_name(done.hand_in)}: {_became(done)}")
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task)

    def _say(self, text: str) -> None:
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False)
        else:
            say(text)

    def summary(self, isolation: Isolation | None, gradebook: Path) -> None:
        """Say what became of all."""
        seconds = time.monotonic() - self._started
        graded = sum(done.graded > 0 for done in self._ended)
        known = sum(done.graded == 0 and done.known > 0 for done in self._ended)
        faults = [done for done in self._ended if done.fault]
        lines = [
            f"{_many(len(self._ended), 'hand-in')}: {graded} graded now, {known} known from before, "
            f"{len(faults)} not or not wholly graded. {_many(self._checks, 'check')} in {seconds:.0f} s"
            + (f", isolation {isolation}." if isolation else ".")
        ]
        lines += [f"  {_name(done.hand_in)}: {done.fault}" for done in faults[:_MOST_TOLD]]
        if len(faults) > _MOST_TOLD:
            lines.append(f"  and {len(faults) - _MOST_TOLD} more: `grade book list --gradebook {gradebook}`")
        lines.append(f"Grades are in {gradebook}: `grade book list --gradebook {gradebook}`.")
        with printing():
            for line in lines:
                console().print(sanitize(line), markup=False, highlight=False, soft_wrap=True)


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        """Hand-ins a second, or a minute."""

        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed or 0.0
            return Text(f"{speed:.1f}/s" if speed >= 1 else f"{60 * speed:.1f}/min")

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _name(hand_in: HandIn) -> str:
    """The name, and the number by which others of that name are told apart."""
    who = hand_in.learner
    name = sanitize(who.name or who.login or who.email or who.number or who.key)[:_LONGEST]
    return f"{name} ({sanitize(who.number)[:_LONGEST]})" if who.number and who.number != name else name


def _became(done: HandInDone) -> str:
    if done.fault and not done.points:
        return done.fault
    known = f" ({done.known} exercises known)" if done.known and done.graded else " (known)" if done.known else ""
    return f"{done.earned:g} of {done.points:g} points{known}{'; ' + done.fault if done.fault else ''}"


def _line(done: HandInDone) -> dict[str, object]:
    who = done.hand_in.learner
    return {
        "time": now(),
        "learner": who.key,
        "name": who.name,
        "source": done.hand_in.source,
        "graded": done.graded,
        "known": done.known,
        "earned": done.earned,
        "points": done.points,
        "seconds": round(done.seconds, 3),
        "fault": done.fault,
    }


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"
