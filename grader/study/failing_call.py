"""The call of a check in which an answer went wrong, and all that was asked before it: to be made again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from grader.errors import GraderError
from grader.reports.model import CheckResult, ExerciseResult, Report, Status, Verdict
from grader.sandbox.proxy import Conversation, Handle, Peer, info_of
from grader.sandbox.request import Answer, Call, Interrupted, Operation, RaisedError, Request
from grader.session.grading import Session
from grader.session.options import Hooks, RunOptions

if TYPE_CHECKING:
    from grader.checks.context import CheckContext
    from grader.course import Course, Exercise, Submission

_LOOKS = {Operation.GET, Operation.LIBRARY, Operation.SIGNATURE, Operation.DIR, Operation.KEEPING, Operation.PLACE}
_TOO_LARGE = "What this check asked is no longer known: its answers are too large to be kept. Look at a smaller check."


class Step(msgspec.Struct, frozen=True, eq=False):
    """One request of a check, as it can be made again.

    Attributes:
        operation: as in ``Request``.
        target: the number that the object had; 0 is the module.
        args: positional arguments, with handles for objects.
        kwargs: named arguments.
        name: what the learner calls it.
        echo: whether the arguments were asked for.
        result: what came back, handles included; None where nothing did.
    """

    operation: str
    target: int
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    name: str
    echo: bool = False
    result: Any = None


class FailingCall(msgspec.Struct, frozen=True, eq=False):
    """A check, and what it asked up to the call that its answer came from.

    Attributes:
        report: of the whole run.
        check: the check.
        standing: how this and what it builds on stand, by exercise.
        seed: seeds the generators of whoever is asked.
        steps: in order; the last is the call. None: nothing was called.
    """

    report: Report
    check: CheckResult
    standing: Mapping[str, Status]
    seed: int = 0
    steps: tuple[Step, ...] = ()


class _Listener:
    """Stands before a worker, and knows what it has not answered."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self.unanswered: Request | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._peer, name)

    def exchange(self, request: Request, seconds: float) -> Answer:
        """See Peer."""
        self.unanswered = request
        answer = self._peer.exchange(request, seconds)
        self.unanswered = None
        return answer


def find_failing(
    course: Course,
    exercise: Exercise,
    submission: Submission,
    options: RunOptions,
    choose: Callable[[Report], CheckResult | None],
) -> FailingCall | None:
    """Grade an exercise in its sandbox, and find the call to look at.

    Args:
        course: the course.
        exercise: what to grade.
        submission: the learner's files.
        options: how.
        choose: picks the check from the report, or none.
    """
    contexts: dict[str, CheckContext] = {}
    listeners: dict[str, _Listener] = {}
    standing: dict[str, Status] = {}

    def listen(name: str, peer: Peer) -> Peer:
        listeners[name] = _Listener(peer)
        return listeners[name]

    def note(result: ExerciseResult, _: object) -> bool:
        standing[result.exercise] = result.status
        return True

    hooks = Hooks(watch=contexts.__setitem__, wrap=listen, on_exercise=note)
    with Session(course, [exercise], options, hooks) as session:
        report = session.grade([exercise], submission)
        check = choose(report)
        if check is None:
            return None
        name = f"{exercise.id}:{check.name}"
        context = contexts.get(name)
        if context is None or context.talk is None:
            return FailingCall(report, check, standing)
        talk = context.talk
        if not talk.log_is_whole:
            raise GraderError(_TOO_LARGE)
        steps = [_step(call) for call in talk.log]
        unanswered = listeners[name].unanswered if name in listeners else None
        if unanswered is not None and check.verdict is not Verdict.FAILED:
            asked = unanswered
            steps.append(Step(asked.operation, asked.target, asked.args, asked.kwargs, _name_of(check, asked)))
            return FailingCall(report, check, standing, talk.seed, tuple(steps))
        last = _last(context, check, talk.log)
        return FailingCall(report, check, standing, talk.seed, tuple(steps[: last + 1]))


def first_failing(result: ExerciseResult) -> CheckResult | None:
    """The first check of an exercise that was run and not passed; a bonus only where all else is."""
    wrong = [check for check in result.checks if check.verdict not in {Verdict.PASSED, Verdict.BLOCKED}]
    return next((check for check in wrong if not check.bonus), wrong[0] if wrong else None)


def make_again(call: FailingCall, talk: Conversation, stop: Callable[[], Any]) -> Any:
    """Ask somebody else the same, and stop right before the last.

    Args:
        call: what was asked.
        talk: the conversation with whoever answers.
        stop: called before the last step.

    Returns:
        What the last step gives.

    Raises:
        RaisedError: the last step raises.
    """
    twins: dict[int, Handle] = {}
    for step in call.steps[:-1]:
        try:
            _pair(step.result, _ask(step, talk, twins), twins)
        except RaisedError:
            continue  # as it did before
    last = call.steps[-1]
    stop()
    return _ask(last, talk, twins)


def _ask(step: Step, talk: Conversation, twins: Mapping[int, Handle]) -> Any:
    try:
        target = twins[step.target] if step.target else None
        args, kwargs = _translated(step.args, twins), _translated(step.kwargs, twins)
    except KeyError:
        raise GraderError(
            "This call cannot be made again: it depends on an object that was not made this time."
        ) from None
    try:
        answer = talk.request(step.operation, target, args, kwargs, step.name, echo=step.echo)
    except Interrupted as error:
        raise GraderError(f"This call cannot be made again: {error}.") from error
    return answer[0] if step.echo else answer


def _step(call: Call) -> Step:
    target = 0 if call.target is None else info_of(call.target).ref
    return Step(call.operation, target, call.args, call.kwargs, call.name, call.echoed is not None, call.result)


def _last(context: CheckContext, check: CheckResult, log: list[Call]) -> int:
    """The place of the call that the verdict came from."""
    mismatch = context.mismatches[-1] if context.mismatches and check.verdict is Verdict.FAILED else None
    if mismatch is not None and mismatch.call is not None:
        for place in reversed(range(len(log))):
            if log[place] is mismatch.call:
                return place
    return next((place for place in reversed(range(len(log))) if log[place].operation not in _LOOKS), -1)


def _name_of(check: CheckResult, request: Request) -> str:
    return f"the last call of {check.name}" if request.operation == Operation.CALL else request.operation


def _pair(theirs: Any, ours: Any, twins: dict[int, Handle]) -> None:
    """Note which of our objects stands for which of theirs; where the answers differ, as far as they do not."""
    if isinstance(theirs, Handle):
        if isinstance(ours, Handle):
            twins[info_of(theirs).ref] = ours
    elif isinstance(theirs, list | tuple) and isinstance(ours, list | tuple):
        for their, our in zip(theirs, ours, strict=False):
            _pair(their, our, twins)
    elif isinstance(theirs, dict) and isinstance(ours, dict):
        for key in theirs.keys() & ours.keys():
            _pair(theirs[key], ours[key], twins)


def _translated(value: Any, twins: Mapping[int, Handle]) -> Any:
    if isinstance(value, Handle):
        return twins[info_of(value).ref]
    if type(value) in {list, tuple}:
        return type(value)(_translated(item, twins) for item in value)
    if type(value) is dict:
        return {key: _translated(item, twins) for key, item in value.items()}
    return value
