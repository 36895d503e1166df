"""`grade debug`: grades an exercise, and makes the call that went wrong once more in this process, under a debugger."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from grader.checks.in_words import show
from grader.course import SourceFile, Submission
from grader.errors import UsageError
from grader.reports.failure import explain
from grader.reports.model import CheckResult, Report, Status, Verdict
from grader.reports.story import find_check
from grader.reports.text import sanitize
from grader.sandbox.peers import LocalPeer
from grader.sandbox.proxy import Conversation
from grader.sandbox.request import RaisedError
from grader.sandbox.runtime import Runtime
from grader.session.files import stand_ins
from grader.session.options import RunOptions
from grader.study.debugger import Debugger, stop_in
from grader.study.failing_call import FailingCall, find_failing, first_failing, make_again

if TYPE_CHECKING:
    from grader.course import Course, Exercise

Say = Callable[[str], None]
_KEYS = "n: the next line, s: into a call, p NAME: print, w: where, c: go on, q: leave."


def debug(
    course: Course,
    exercise: Exercise,
    submission: Submission,
    wanted: str,
    options: RunOptions,
    debugger: Callable[[], Debugger],
    say: Say,
) -> int:
    """Stop in the learner's code, on the input of a check that fails.

    Args:
        course: the course.
        exercise: the exercise.
        submission: the learner's files.
        wanted: the check, as ``grade show --explain`` takes it; empty for the first that fails.
        options: how to grade.
        debugger: makes who takes over, once there is something to stop at.
        say: prints a line.

    Returns:
        The exit code: 0 where nothing failed or it was looked at, 1 where there is nothing to stop in.
    """

    def choose(report: Report) -> CheckResult | None:
        (result,) = report.exercises
        if not wanted:
            return first_failing(result)
        found, check = find_check(report, f"{exercise.id}.{wanted}")
        assert found is result
        return check

    call = find_failing(course, exercise, submission, options, choose)
    if call is None:
        return _nothing_fails(exercise, say)
    _tell(exercise, call, say)
    if call.check.verdict is Verdict.NOT_STARTED:
        return 1  # which it has been told
    if not call.steps:
        say("Nothing of your code was called in this check that a debugger could stop in.")
        return 1
    return _again(course, exercise, submission, call, debugger, say)


def _nothing_fails(exercise: Exercise, say: Say) -> int:
    say(f"No check of {exercise.id} fails. `grade debug {exercise.id}:CHECK` stops in one that passes.")
    return 0


def _tell(exercise: Exercise, call: FailingCall, say: Say) -> None:
    """What the check demands, and how it ended: its words, and the smallest input."""
    say(f"{exercise.id}:{call.check.name}  {call.check.verdict.value}")
    say(sanitize(call.check.demand))
    if call.check.failure is not None:
        for line in explain(call.check.failure):
            say("".join(span.text for span in line).rstrip())
    (result,) = call.report.exercises
    if result.blocked_by and result.status is Status.BLOCKED:
        raise UsageError(f"{exercise.id} waits for {result.blocked_by}: `grade debug {result.blocked_by}`.")


def _again(
    course: Course,
    exercise: Exercise,
    submission: Submission,
    call: FailingCall,
    debugger: Callable[[], Debugger],
    say: Say,
) -> int:
    """Import the learner's files here, ask the same of them, and stop."""
    runtime = Runtime({})
    sources = {name: (file.text, _path_of(file)) for name, file in _files(course, exercise, submission, call).items()}
    try:
        defined = runtime.load(sources, exercise.id)
    except Exception as error:
        raise UsageError(f"{exercise.id} cannot be imported here: {type(error).__name__}: {error}") from error
    taking = debugger()
    say(f"It stops on the first line of your code. {_KEYS}")
    talk = Conversation(LocalPeer(runtime), defined, call.seed)
    told = ""
    try:
        answer = make_again(call, talk, lambda: stop_in(runtime.finder.files, taking))
        told = f"It answers {show(answer)}"
    except RaisedError as error:
        told = f"It raises {error}"
    finally:
        sys.settrace(None)
    if not taking.left:
        say(sanitize(told))
    return 0


def _files(course: Course, exercise: Exercise, submission: Submission, call: FailingCall) -> dict[str, SourceFile]:
    """The learner's files, and what stood in for those that are not done."""
    source = submission.files[exercise.id]
    instead = stand_ins(source, submission, course, call.standing.get) if course.stands_in else {}
    return {**submission.files, **instead}


def _path_of(file: SourceFile) -> str:
    """The file on this disk, by which an editor finds it; what it is called in messages where its text is not that."""
    path = Path(file.display)
    try:
        if path.is_file() and path.read_text("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n") == file.text:
            return str(path.resolve())
    except (OSError, ValueError):
        pass
    return file.display
