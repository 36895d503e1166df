"""From the failed comparisons of one check to what was misunderstood."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from types import ModuleType

import msgspec

from grader.checks.context import CheckContext, Mismatch
from grader.checks.diagnosis.patterns import Explanation, explain
from grader.checks.diagnosis.replay import KnownWrong, gives_the_same, symbols_used, weight
from grader.checks.diagnosis.training import Curve, read

_REPLAY_SECONDS = 3.0
_MOST_BYTES = 16 << 20
_MISMATCHES = 40


class Finding(msgspec.Struct, frozen=True):
    """What was misunderstood: its kind (``misconception``, ``pattern``, ``training``), the sentence, and its name."""

    kind: str
    text: str
    name: str


def diagnose(
    context: CheckContext, shown: Mismatch, bank: Sequence[KnownWrong], solution: Callable[[], ModuleType]
) -> tuple[Finding, ...]:
    """Name the cause of a failed check, and what follows from it.

    Args:
        context: all that the check asked and all comparisons that failed.
        shown: the mismatch that the learner is shown, the smallest.
        bank: the known wrong answers of the exercise.
        solution: makes the solution's module, which tells what a call leads to.

    Returns:
        At most one cause (a misconception) and one consequence (a structural law), each only when certain.
    """
    findings = []
    known = matching_misconception(context, bank, solution) if bank else None
    if known is not None:
        findings.append(Finding("misconception", known.sentence, known.name))
    if isinstance(shown.actual, Curve):
        reading = read(shown.actual)
        return (*findings, Finding("training", reading.text, reading.name)) if reading is not None else tuple(findings)
    law = common_law(context, shown)
    if law is not None:
        findings.append(Finding("pattern", law.text, law.law))
    return tuple(findings)


def matching_misconception(
    context: CheckContext, bank: Sequence[KnownWrong], solution: Callable[[], ModuleType]
) -> KnownWrong | None:
    """The one wrong answer that would have given all the submission's answers; None when none or several would."""
    if context.talk is None or not context.talk.log_is_whole:
        return None
    log = context.talk.log
    if sum(map(weight, log)) > _MOST_BYTES:  # a check of speed; each known wrong answer would take as long again
        return None
    used = symbols_used(solution(), log)
    deadline = time.monotonic() + _REPLAY_SECONDS
    matches = [
        known
        for known in bank
        if known.symbol in used and gives_the_same(known.module(), log, deadline, context.talk.seed)
    ]
    if time.monotonic() > deadline:  # not all were tried: one match proves nothing
        return None
    return matches[0] if len(matches) == 1 else None


def common_law(context: CheckContext, shown: Mismatch) -> Explanation | None:
    """The law that is true of every comparison that failed in the check; the simplest of several."""
    found = explain(shown)
    laws = {_claim(e) for e in found}
    for mismatch in _various([m for m in context.mismatches if m.name == shown.name and m is not shown]):
        laws &= {_claim(e) for e in explain(mismatch)}
        if not laws:
            return None
    left = [e for e in found if _claim(e) in laws]
    of_sizes = [e for e in left if e.law.startswith("ratio ")]
    if len(of_sizes) > 1:  # 2, and N is 2, and so is C: which of them it is nobody can tell
        left = [e for e in left if e not in of_sizes]
    return left[0] if left else None


def _claim(explanation: Explanation) -> tuple[str, str]:
    """What must hold in every mismatch: the law, and of a bare ratio its value too, or it is no constant."""
    return explanation.law, explanation.text if explanation.law == "ratio" else ""


def _various(mismatches: list[Mismatch]) -> list[Mismatch]:
    """A bounded number of mismatches, of as many different sizes as there are: shrinking ends with many alike."""
    different = {tuple(sorted(m.sizes.items())): m for m in reversed(mismatches)}
    chosen = list(different.values())[:_MISMATCHES]
    return chosen + mismatches[: _MISMATCHES - len(chosen)]
