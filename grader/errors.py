"""The errors that end a run, apart from a learner's failures: one hierarchy, one exit code each."""

from __future__ import annotations


class GraderError(Exception):
    """The grader or its environment failed; exit code 3, never blamed on the learner."""

    exit_code = 3


class UsageError(GraderError):
    """The command was called wrongly; exit code 2. The message says what to do."""

    exit_code = 2
