"""Puts the diagnosis on trial: random wrong answers, and what is said of them must be true.

The solution is graded with two seeds and all comparisons are kept. Then answers of one function are changed by one rule
(noise, a factor, swapped axes, …), the comparisons are made again, and the engine is asked, in this process. A pattern
must be one that the rule brings about; a misconception must give the changed answers of the second seed too, which the
engine has not seen.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any

import msgspec
import numpy as np

from grader.checks import context as check_context
from grader.checks import marks
from grader.checks.compare import assert_close
from grader.checks.context import CheckContext, CheckFailed, Compared
from grader.checks.in_words import as_array, is_tensor
from grader.course import Course, Exercise, read_submission
from grader.diagnosis import KnownWrong, diagnose
from grader.diagnosis.replay import gives_the_same, weight
from grader.reports.model import Finding
from grader.sandbox.proxy import Conversation
from grader.sandbox.request import Call, LostError
from grader.session.grading import Session
from grader.session.options import Hooks

ANSWERS = 2000
_SEEDS = (4000, 4001)
_MOST_BYTES = 2 << 20
_SECONDS = 3.0
Rule = Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]


class Trial(msgspec.Struct, frozen=True):
    """What came of it.

    Attributes:
        answers: how many wrong answers the engine was asked about.
        said: how many of them it said something of.
        false: each false accusation: the check, the rule, and what was said.
        seconds: the time of each diagnosis.
    """

    answers: int = 0
    said: int = 0
    false: tuple[str, ...] = ()
    seconds: tuple[float, ...] = ()


def rules(seed: int) -> dict[str, tuple[Rule, str]]:
    """Ways to spoil an answer: what to do, and a pattern of the laws that it may bring about."""
    rng = np.random.default_rng(seed)
    factor, shift = float(rng.uniform(1.1, 9)), float(rng.uniform(0.1, 2))
    places = r"|wrong .*|only .*|repeated .*|absent .*|ties .*"  # said of places, and true where they are

    def noise(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.asarray(x + np.random.default_rng(seed).standard_normal(x.shape))

    def row_offsets(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.asarray(x + np.random.default_rng(seed).uniform(0.5, 2, (*x.shape[:-1], 1) if x.ndim else ()))

    def one_entry(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        out = x.copy()
        if out.size:
            out.flat[seed % out.size] += shift
        return out

    def some_rows(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        out = x.copy()
        if out.ndim:
            out[np.random.default_rng(seed).random(len(out)) < 0.5] *= factor
        return out

    return {
        "noise": (noise, "$" + places),
        "factor": (lambda x: x * factor, "ratio.*"),
        "factor 2": (lambda x: x * 2, "ratio.*|term -1 .*"),
        "negative": (lambda x: -x, "sign|term .*"),
        "constant": (lambda x: x + shift, "offset.*"),
        "row offsets": (row_offsets, "offset.*" + places),
        "rows reversed": (lambda x: x[::-1].copy() if x.ndim else x + 1, "sign|shifted.*|offset.*" + places),
        "rows rolled": (lambda x: np.roll(x, 1, 0) if x.ndim else x + 1, "sign|shifted.*|offset.*" + places),
        "axes swapped": (lambda x: x.swapaxes(0, -1).copy() if x.ndim > 1 else x[::-1].copy() if x.ndim else x + 1,
                         r"(permuted|shifted|normalised|axis of|sum over|mean over|offset|another).*" + places),
        "one entry": (one_entry, "offset.*" + places),
        "some rows": (some_rows, "ratio.*|offset.*" + places),
        "squared": (lambda x: x * x, "input.*|factor.*|no factor.*|ratio.*|$" + places),
        "zeros": (lambda x: x * 0, "zeros"),
        "summed": (lambda x: x.sum(0, keepdims=True), "extra .*|sum .*|offset.*|$"),
        "float32": (lambda x: x.astype(np.float32).astype(x.dtype), "float32|$"),
    }  # fmt: skip


def try_diagnosis(
    session: Session,
    course: Course,
    exercises: Sequence[Exercise],
    answers: int = ANSWERS,
    say: Callable[[str], None] = lambda _: None,
) -> Trial:
    """Ask the engine about so many random wrong answers.

    Args:
        session: grades the solutions.
        course: the course.
        exercises: whose checks are used.
        answers: how many wrong answers, all exercises together.
        say: told what is being done.
    """
    solutions = read_submission(course.root / "solutions", course)
    kept = [_comparisons(session, exercises, solutions, seed) for seed in _SEEDS]
    references, _ = session.prepare()
    by_id = {exercise.id: exercise for exercise in exercises}
    total = Trial()
    checks = [name for name in kept[0] if name in kept[1] and _usable(kept[0][name])]
    number = 0
    deadline_rounds = 0
    while checks and total.answers < answers and deadline_rounds < 50 * answers:
        name = checks[number % len(checks)]
        exercise = by_id[name.partition(":")[0]]
        for rule, (change, allowed) in rules(number).items():
            deadline_rounds += 1
            say(f"{total.answers} of {answers} random wrong answers: {name}, {rule}")
            bank, solution = references.bank(exercise), lambda exercise=exercise: references.solution(exercise)
            total = _add(total, _one(name, rule, change, allowed, [k[name] for k in kept], bank, solution, number))
            if total.answers >= answers:
                break
        number += 1
    return total


def _comparisons(
    session: Session, exercises: Sequence[Exercise], submission: Any, seed: int
) -> dict[str, CheckContext]:
    """Grade, and keep what each check asked and compared."""
    kept: dict[str, CheckContext] = {}

    def watch(name: str, context: CheckContext) -> None:
        context.compared = []
        kept[name] = context

    hooks = Hooks(select=lambda _, __, function: not marks.is_training(function), watch=watch)
    session.grade(exercises, submission, seed, hooks=hooks)
    return kept


def _usable(context: CheckContext) -> bool:
    """Whether a check compared float arrays that the submission gave, few enough to be quick."""
    if context.talk is None or not context.talk.log_is_whole or not context.compared:
        return False
    return sum(map(weight, context.talk.log)) < _MOST_BYTES and any(_is_float(c.actual) for c in context.compared)


def _is_float(value: Any) -> bool:
    return (is_tensor(value) or isinstance(value, np.ndarray)) and as_array(value).dtype.kind == "f"


def _one(
    name: str,
    rule: str,
    change: Rule,
    allowed: str,
    kept: Sequence[CheckContext],
    bank: Sequence[KnownWrong],
    solution: Callable[[], ModuleType],
    number: int,
) -> Trial | None:
    """Ask about one wrong answer; None where the rule changes nothing."""
    of_arrays = [c for c in kept[0].compared or [] if _is_float(c.actual)]
    target = sorted({c.name for c in of_arrays})[number % len({c.name for c in of_arrays})]
    contexts = [_spoilt(context, target, change) for context in kept]
    if contexts[0] is None or not contexts[0].mismatches:
        return None
    shown = min(contexts[0].mismatches, key=lambda m: as_array(m.expected).size)
    started = time.perf_counter()
    found = diagnose(contexts[0], shown, bank, solution)
    seconds = time.perf_counter() - started
    false = [
        f"{name}: {rule} of {target}: {finding.kind} {finding.name!r}: {finding.text}"
        for finding in found
        if not _is_true(finding, allowed, contexts[1], bank)
    ]
    return Trial(1, int(bool(found)), tuple(false), (seconds,))


def _is_true(finding: Finding, allowed: str, other: CheckContext | None, bank: Sequence[KnownWrong]) -> bool:
    if finding.kind != "misconception":
        return re.fullmatch(allowed, finding.name) is not None
    known = next(entry for entry in bank if entry.name == finding.name)
    talk = other.talk if other is not None else None
    return talk is not None and gives_the_same(known.module(), talk.log, time.thread_time() + _SECONDS, talk.seed)


def _spoilt(context: CheckContext, target: str, change: Rule) -> CheckContext | None:
    """The same check with one answer changed, wherever it was given; None where the answer is not in the log."""
    assert context.talk is not None
    compared = [c for c in context.compared or [] if c.name == target and _is_float(c.actual)]
    wanted = {id(c.actual) for c in compared}
    # A function that is wrong is wrong in every call, also in those whose answers nobody compares.
    places = {(call.name, path) for call in context.talk.log for path in _paths(call.result, wanted)}
    changed: dict[int, Any] = {}
    for call in context.talk.log:
        for name, path in places:
            value = _at(call.result, path) if name == call.name else None
            if _is_float(value) and id(value) not in changed:
                changed[id(value)] = _apply(change, value)
    if not changed:
        return None
    log = [_replaced_call(call, changed) for call in context.talk.log]
    spoilt = CheckContext(_Silent(context.talk))
    assert spoilt.talk is not None
    spoilt.talk.log = log
    check_context.enter(spoilt)
    try:
        for one in compared:
            if id(one.actual) in changed:
                _compare(one, changed[id(one.actual)])
    finally:
        check_context.enter(None)
    return spoilt


def _paths(value: Any, wanted: set[int], path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in an answer some objects are."""
    if id(value) in wanted:
        yield path
    items = enumerate(value) if isinstance(value, tuple | list) else value.items() if isinstance(value, dict) else ()
    for key, item in items:
        yield from _paths(item, wanted, (*path, key))


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        if type(value) not in {tuple, list, dict}:  # a handle would ask a worker that is gone
            return None
        try:
            value = value[key]
        except LookupError:
            return None
    return value


class _Silent(Conversation):
    """A conversation that is over: what was said is known, and nobody answers any more."""

    def __init__(self, talk: Conversation) -> None:
        super().__init__(self, talk.defined, talk.seed)

    def exchange(self, *_: Any) -> tuple[str, Any, Any]:
        """See Peer."""
        raise LostError("crashed", "it is gone")


def _compare(compared: Compared, actual: Any) -> None:
    try:
        assert_close(actual, compared.expected, name=compared.name, rtol=compared.rtol, atol=compared.atol,
                     sizes=compared.sizes, oracle=compared.oracle)  # fmt: skip
    except CheckFailed:
        return


def _apply(change: Rule, value: Any) -> Any:
    if is_tensor(value):
        import torch

        spoilt = torch.from_numpy(np.array(change(as_array(value)), as_array(value).dtype)).to(value.dtype)
        if hasattr(value, "came_as"):
            spoilt.came_as = value.came_as  # type: ignore[attr-defined]
        return spoilt
    return np.array(change(value), value.dtype)


def _replaced_call(call: Call, changed: dict[int, Any]) -> Call:
    result = _replaced(call.result, changed)
    return call if result is call.result else msgspec.structs.replace(call, result=result)


def _replaced(value: Any, changed: dict[int, Any]) -> Any:
    if id(value) in changed:
        return changed[id(value)]
    if isinstance(value, tuple | list):
        items = [_replaced(item, changed) for item in value]
        return type(value)(items) if any(a is not b for a, b in zip(items, value, strict=True)) else value
    if isinstance(value, dict):
        named = {key: _replaced(item, changed) for key, item in value.items()}
        return named if any(named[key] is not value[key] for key in value) else value
    return value


def _add(total: Trial, one: Trial | None) -> Trial:
    if one is None:
        return total
    return Trial(
        total.answers + one.answers, total.said + one.said, total.false + one.false, total.seconds + one.seconds
    )


def lines(trial: Trial) -> Iterator[str]:
    """The outcome in words."""
    middle = sorted(trial.seconds)[len(trial.seconds) // 2] * 1e3 if trial.seconds else 0.0
    yield (
        f"{trial.answers} random wrong answers · something said of {trial.said} · "
        f"{len(trial.false)} false accusations · {middle:.0f} ms each in the middle"
    )
    yield from (f"  ✗ {text}" for text in trial.false)
