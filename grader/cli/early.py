"""What a run says before it has ended: where a call found no end, while other inputs are still waited for."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from grader.cli.output import console
from grader.reports.model import CheckResult, Verdict

if TYPE_CHECKING:
    from grader.reports.lines import Charset, Line


class EarlyWord:
    """Told of every check, it says of an exercise's first that found no end what was found, on stderr.

    A second check waits as long for the same function, since one time-out may be one input's.
    """

    def __init__(self) -> None:
        self._said: set[str] = set()

    def __call__(self, exercise: str, check: CheckResult) -> None:
        """Say it of the first, and nothing of others."""
        failure = check.failure
        if check.verdict is not Verdict.TIMEOUT or failure is None or exercise in self._said:
            return
        self._said.add(exercise)
        from grader.reports.failure import explain
        from grader.reports.lines import Span, indented
        from grader.reports.terminal import print_lines

        def lines(width: int, charset: Charset) -> list[Line]:
            told = explain(failure, width=width - 2, charset=charset)
            head = f"{exercise}, so far; other inputs are still waited for:"
            return [(Span(charset.clean(head)),), *indented(told, 2), ()]

        with contextlib.suppress(OSError, ValueError):  # nobody listens
            print_lines(lines, console(stderr=True))
