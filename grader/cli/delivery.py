"""Takes a run's report to where it is waited for: whatever happens to the run, something valid is there."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import msgspec

from grader.cli.formats import Sink
from grader.cli.output import console, printing, say, sentence_of, write_file
from grader.errors import GraderError, UsageError
from grader.reports.formats import EDITOR, GITHUB, MARKDOWN, TERMINAL, rendered
from grader.reports.host import Host
from grader.reports.model import Isolation, Report
from grader.session.grading import now

_OFTEN = 1.0  # seconds between two versions of a file, of a run that goes on
_UNENDED = (
    "The run was ended from outside before the grader could say why: most often the machine's memory was used up, or "
    "a platform's time. What is not listed was not graded."
)
_STOPPED = (
    "The run was stopped before its end, as a platform does when its time is up. What is not listed was not graded."
)
_SUMMARY = "GITHUB_STEP_SUMMARY"


class Delivery:
    """What becomes of one run's report.

    A file is there as soon as the run begins, and is written anew while it goes on: a process that is killed can
    write nothing any more.

    Args:
        sinks: which forms go where.
        submission: what is graded, as it was named.
        command: what was called.
        verbose: whether text tells of checks that passed, too.

    Attributes:
        is_waited_for: whether anybody but a reader of the terminal gets something.
    """

    def __init__(self, sinks: Sequence[Sink], *, submission: str, command: str, verbose: bool) -> None:
        self._host = Host(_here(), dict(os.environ))
        self._files = [(sink.name, sink.path) for sink in sinks if sink.path is not None]
        self._printed = next(sink.name for sink in sinks if sink.path is None and sink.name != GITHUB)
        self._annotates = Sink(GITHUB) in sinks
        self._summarises = any(sink.name == GITHUB for sink in sinks)
        self._verbose = verbose
        self._command = command
        self._last = Report(
            seed=0,
            isolation=Isolation("none", ("nothing was run",)),
            submission=submission,
            command=command,
            started=now(),
        )
        self._told_at = 0.0
        self._is_out = False
        self.is_waited_for = bool(self._files or self._summarises or self._printed != TERMINAL)

    @contextlib.contextmanager
    def whatever_happens(self) -> Iterator[None]:
        """See that each file says how far the body came, and what ended it."""
        self._put_early(_UNENDED)
        try:
            yield
        except BaseException as error:
            if self.is_waited_for and not self._is_out:
                with contextlib.suppress(GraderError):  # what ended the run is told; it comes first
                    self.deliver(_broken_off(self._last, error))
            raise

    def tell(self, report: Report) -> None:
        """Write what is known so far."""
        self._last = msgspec.structs.replace(report, command=self._command)
        if self._files and time.monotonic() - self._told_at > _OFTEN:
            self._put_early(_UNENDED)
            self._told_at = time.monotonic()

    def deliver(self, report: Report, kept: str = "") -> None:
        """Write the report to all that wait for it, and print it.

        Args:
            report: the report.
            kept: where a reader finds it whom standard output does not reach, a sentence.

        Raises:
            GraderError: it could not be written to one of them; the others have it.
        """
        self._is_out = True
        errors: list[GraderError] = []
        for name, path in self._files:
            with _collecting(errors):
                write_file(path, self._rendered(name, report, errors))
        if self._summarises:
            with _collecting(errors):
                self._summarise(self._rendered(MARKDOWN, report, errors))
        with _collecting(errors):
            self._print(report, kept, errors)
        if errors:
            raise errors[0]

    def _put_early(self, why: str) -> None:
        """Write files that are replaced when more is known. What cannot be written now is told at the end."""
        early = msgspec.structs.replace(self._last, complete=False, faults=(*self._last.faults, why))
        for name, typed in self._files:
            path = Path(self._host.folder, typed)  # a run is elsewhere while it goes on
            with contextlib.suppress(GraderError, OSError):
                if _can_be_replaced(path):
                    write_file(path, self._rendered(name, early, []))

    def _rendered(self, name: str, report: Report, errors: list[GraderError]) -> bytes:
        """The report in a form. A mistake of ours in one of them costs what it shows, and neither it nor the others."""
        try:
            return rendered(name, report, self._host, verbose=self._verbose)
        except Exception as error:  # noqa: BLE001 - whatever nobody expected
            fault = f"The report could not be written as {name}. {sentence_of(error)}"
            errors.append(GraderError(fault))
            bare = msgspec.structs.replace(report, exercises=(), faults=(*report.faults, fault))
            return rendered(name, bare, self._host, verbose=self._verbose)

    def _summarise(self, text: bytes) -> None:
        """Add to the page of the workflow's run, if there is one: the file is the runner's, and others write in it."""
        path = self._host.says(_SUMMARY)
        if not path:
            return
        try:
            with Path(path).open("ab") as file:
                file.write(text)
        except OSError as error:
            raise GraderError(f"{path} ({_SUMMARY}) cannot be written: {error.strerror}.") from None

    def _print(self, report: Report, kept: str, errors: list[GraderError]) -> None:
        """Print the report. In a log of GitHub's a line of it could command the runner: it is told not to listen."""
        token = secrets.token_hex(16)
        if self._annotates:
            self._tell_runner(f"::stop-commands::{token}")
        if self._printed == TERMINAL and (report.exercises or report.exit_code == 1):  # else an error says it all
            from grader.reports.terminal import print_report

            with printing(kept):
                print_report(report, console(), verbose=self._verbose)
        elif self._printed != TERMINAL:
            with printing(kept):
                click.echo(self._rendered(self._printed, report, errors).decode(), nl=self._printed != EDITOR)
        if self._printed == EDITOR:
            say(_in_short(report, kept))
        if self._annotates:
            self._tell_runner(f"::{token}::")
            self._tell_runner(self._rendered(GITHUB, report, errors).decode().rstrip("\n"))

    def _tell_runner(self, command: str) -> None:
        """The runner reads both streams; another program may read a form that is printed."""
        with contextlib.suppress(OSError, ValueError):
            if sys.stdout is not None:
                sys.stdout.flush()
            click.echo(command, err=self._printed != TERMINAL)


def deliver_refusal(files: Sequence[Sink], why: str) -> None:
    """Write to files that nothing was graded, and why; what cannot be written is left, for the call is wrong anyway."""
    delivery = Delivery((Sink(TERMINAL), *files), submission="", command="", verbose=False)
    with contextlib.suppress(UsageError), delivery.whatever_happens():
        raise UsageError(why)


def _here() -> str:
    """The current folder; empty where it is gone, which is the run's to tell."""
    with contextlib.suppress(OSError):
        return str(Path.cwd())
    return ""


def _can_be_replaced(path: Path) -> bool:
    """Whether a file can be written there twice; not into a pipe."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return True


@contextlib.contextmanager
def _collecting(errors: list[GraderError]) -> Iterator[None]:
    try:
        yield
    except GraderError as error:
        errors.append(error)


def _broken_off(known: Report, error: BaseException) -> Report:
    """The report of a run that an exception has ended."""
    if isinstance(error, UsageError):
        return msgspec.structs.replace(known, refused=str(error))
    if not isinstance(error, Exception):
        return msgspec.structs.replace(known, complete=False, faults=(*known.faults, _STOPPED))
    faults = (*known.faults, sentence_of(error))
    return msgspec.structs.replace(known, complete=not known.exercises, faults=faults)  # of nothing, nothing is missing


def _in_short(report: Report, kept: str) -> str:
    """What stands below the problems that an editor shows, and is none itself."""
    from grader.reports.text_page import points_text

    failed = " The grader failed: this is not your mistake." if report.exit_code == GraderError.exit_code else ""
    return f"{points_text(report.earned)} of {points_text(report.points)} points.{failed} {kept}".rstrip()
