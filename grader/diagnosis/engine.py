"""From the failed comparisons of one check to what was misunderstood."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from grader.checks.context import CheckContext, Mismatch
from grader.checks.in_words import as_array, is_tensor, show
from grader.checks.trained import TrainingRun
from grader.diagnosis.evidence import Explanation
from grader.diagnosis.fresh_inputs import contradicted
from grader.diagnosis.patterns import laws_and_diagnosers, laws_of
from grader.diagnosis.replay import KnownWrong, gives_the_same, symbols_used, weight
from grader.diagnosis.state import depends_on_more, kept_answer
from grader.diagnosis.suspects import Suspects
from grader.diagnosis.training import read
from grader.reports.model import Finding

_REPLAY_SECONDS = 3.0
_MOST_BYTES = 16 << 20
_MISMATCHES = 40
_CALLS = 400
_ENOUGH = 3  # numbers that must agree
_SAYS_NO_MORE = {"sign", "zeros", "ratio", "axis of length 1", "another shape"}  # where the mistake has its name
_MANY = 5  # where they are all of one mismatch


def diagnose(
    context: CheckContext,
    shown: Mismatch,
    bank: Sequence[KnownWrong],
    solution: Callable[[], ModuleType | None],
    suspects: Suspects | None = None,
) -> tuple[Finding, ...]:
    """Name the cause of a failed check, and what follows from it.

    Args:
        context: all that the check asked and all comparisons that failed.
        shown: the mismatch that the learner is shown, the smallest.
        bank: the known wrong answers of the exercise.
        solution: makes the solution's module, which tells what a call leads to; None where there is none.
        suspects: what other checks of the same submission have ruled out.

    Returns:
        At most one cause (a misconception) and one consequence (a structural law), each only when certain.
    """
    findings = []
    known = matching_misconception(context, bank, solution, suspects) if bank else None
    if known is not None:
        findings.append(Finding("misconception", known.sentence, known.name))
    if isinstance(shown.actual, TrainingRun):
        reading = read(shown.actual)
        return (*findings, Finding("training", reading.text, reading.name)) if reading is not None else tuple(findings)
    law = common_law(context, shown) or (_law_of_state(context, solution) if not findings else None)
    if law is not None and not (findings and law.law in _SAYS_NO_MORE):
        findings.append(Finding("pattern", law.text, law.law))
    return tuple(findings)


def matching_misconception(
    context: CheckContext,
    bank: Sequence[KnownWrong],
    solution: Callable[[], ModuleType | None],
    suspects: Suspects | None = None,
    *,
    messages: bool = False,
) -> KnownWrong | None:
    """The one wrong answer that would have given all the submission's answers; None when none or several would.

    Args:
        context: all that the check asked.
        bank: the known wrong answers of the exercise.
        solution: makes the solution's module; None where there is none, and then nothing is recognised.
        suspects: what other checks of the same submission have ruled out.
        messages: whether exceptions must say the same: where one ended the check, its type alone proves little.
    """
    if context.talk is None or not context.talk.log_is_whole:
        return None
    log = context.talk.log
    if sum(map(weight, log)) > _MOST_BYTES:  # a check of speed; each known wrong answer would take as long again
        return None
    right = solution() if bank else None
    if right is None:
        return None
    suspects = Suspects() if suspects is None else suspects
    used = symbols_used(right, log)
    deadline = time.thread_time() + _REPLAY_SECONDS  # what waits for a processor costs no name
    matches: list[KnownWrong] = []
    for turn in suspects.in_turns([known for known in bank if known.symbol in used], used):
        matches = [
            known
            for known in turn
            if gives_the_same(known.module(), log, deadline, context.talk.seed, messages=messages)
        ]
        if time.thread_time() > deadline:  # not all were tried: one match proves nothing
            return None
        suspects.rule_out([known for known in turn if known not in matches], used)
        if matches:
            break
    if matches and gives_the_same(right, log, deadline, context.talk.seed, messages=messages):
        # What is right would have given the same answers: what failed is finer than what was told apart here.
        if messages or not any(call.raised is not None for call in log):
            return None
        return matching_misconception(context, matches, solution, messages=True)  # what exceptions say decides
    if len(matches) != 1 or contradicted(context.talk, matches[0].module()):
        return None
    return matches[0]


def common_law(context: CheckContext, shown: Mismatch) -> Explanation | None:
    """The law that is true of every comparison that failed in the check; the simplest of several.

    It must hold of enough numbers that could have denied it: one number is a multiple of any other.
    """
    found = laws_and_diagnosers(shown)
    evidence = {_claim(e): e.evidence for _, e in found}
    shapes: dict[tuple[str, str], list[tuple[int, ...]]] = {}  # of the mismatches that are evidence
    _note(shapes, [e for _, e in found], shown)
    diagnosers = [diagnoser for diagnoser, _ in found]
    alike = [m for m in context.mismatches if m.name == shown.name and m is not shown]
    for mismatch in _various(shown, alike):
        if not evidence:
            return None
        explanations = laws_of(mismatch, diagnosers)
        _note(shapes, explanations, mismatch)
        more = {_claim(e): e.evidence for e in explanations}
        evidence = {claim: most + more[claim] for claim, most in evidence.items() if claim in more}
    left = [
        e
        for _, e in found
        if evidence.get(_claim(e), 0) >= _ENOUGH and _is_held_by(shapes.get(_claim(e), []), e.law, evidence[_claim(e)])
    ]
    of_sizes = [e for e in left if e.law.startswith("ratio ")]
    if len(of_sizes) > 1:  # 2, and N is 2, and so is C: which of them it is nobody can tell
        left = [e for e in left if e not in of_sizes]
    return left[0] if left else None


def _note(shapes: dict[tuple[str, str], list[tuple[int, ...]]], found: Sequence[Explanation], m: Mismatch) -> None:
    for explanation in found:
        if explanation.evidence:
            shapes.setdefault(_claim(explanation), []).append(as_array(m.expected).shape)


def _is_held_by(shapes: Sequence[tuple[int, ...]], law: str, evidence: int) -> bool:
    """Whether a law that small inputs feign is borne out by mismatches enough, given the shape of each of them.

    A factor: by two, or by one of many numbers. The first or last line: by mismatches of two sizes, as an input that is
    searched for is a row of zeros with something else at one end.
    """
    if law.startswith(("factor ", "no factor ")):
        return len(shapes) > 1 or evidence >= _MANY
    return len(set(shapes)) > 1 if law.startswith("only ") else True


def _law_of_state(context: CheckContext, solution: Callable[[], ModuleType | None]) -> Explanation | None:
    """What the calls of the check say about each other."""
    if context.talk is None or sum(map(weight, context.talk.log)) > _MOST_BYTES:
        return None
    log = context.talk.log[:_CALLS]
    return kept_answer(log) or depends_on_more(log, solution)


def _claim(explanation: Explanation) -> tuple[str, str]:
    """What must hold in every mismatch: the law, and of a bare ratio its value too, or it is no constant."""
    return explanation.law, explanation.text if explanation.law == "ratio" else ""


def _various(shown: Mismatch, mismatches: list[Mismatch]) -> list[Mismatch]:
    """A bounded number of different mismatches, of as many different sizes as there are: shrinking makes many alike."""
    once = {_content(m): m for m in reversed(mismatches)}
    once.pop(_content(shown), None)
    of_sizes = {tuple(sorted(m.sizes.items())): m for m in once.values()}
    chosen = list(of_sizes.values())[:_MISMATCHES]
    return chosen + [m for m in once.values() if m not in chosen][: _MISMATCHES - len(chosen)]


def _content(mismatch: Mismatch) -> str:
    """The same for mismatches that say the same."""
    if not all(is_tensor(side) or isinstance(side, np.ndarray) for side in (mismatch.actual, mismatch.expected)):
        return repr((mismatch.sizes, show(mismatch.actual), show(mismatch.expected)))
    a, e = as_array(mismatch.actual), as_array(mismatch.expected)
    return repr((mismatch.sizes, a.shape, e.shape, _begins(a), _begins(e)))


def _begins(array: np.ndarray[Any, Any]) -> bytes:
    """The first bytes of an array, which may have hundreds of millions."""
    return np.asarray(array.flat[:512]).tobytes()
