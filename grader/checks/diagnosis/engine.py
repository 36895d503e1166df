"""From the failed comparisons of one check to what was misunderstood."""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec

from grader.checks.context import CheckContext, Mismatch
from grader.checks.diagnosis.patterns import Explanation, explain
from grader.checks.diagnosis.replay import KnownWrong, gives_the_same

_REPLAY_SECONDS = 3.0
_MISMATCHES = 40


class Finding(msgspec.Struct, frozen=True):
    """What was misunderstood: the kind (``misconception`` or ``pattern``), the sentence, and the name of it."""

    kind: str
    text: str
    name: str


def diagnose(context: CheckContext, shown: Mismatch, bank: Sequence[KnownWrong]) -> tuple[Finding, ...]:
    """Name the cause of a failed check, and what follows from it.

    Args:
        context: all that the check asked and all comparisons that failed.
        shown: the mismatch that the learner is shown, the smallest.
        bank: the known wrong answers of the exercise.

    Returns:
        At most one cause (a misconception) and one consequence (a structural law), each only when certain.
    """
    findings = []
    known = matching_misconception(context, bank)
    if known is not None:
        findings.append(Finding("misconception", known.sentence, known.name))
    law = common_law(context, shown)
    if law is not None:
        findings.append(Finding("pattern", law.text, law.law))
    return tuple(findings)


def matching_misconception(context: CheckContext, bank: Sequence[KnownWrong]) -> KnownWrong | None:
    """The one wrong answer that would have given all the submission's answers; None when none or several would."""
    if context.talk is None:
        return None
    log = context.talk.log
    deadline = time.monotonic() + _REPLAY_SECONDS
    matches = [known for known in bank if gives_the_same(known.module(), log, deadline)]
    if time.monotonic() > deadline:  # not all were tried: one match proves nothing
        return None
    return matches[0] if len(matches) == 1 else None


def common_law(context: CheckContext, shown: Mismatch) -> Explanation | None:
    """The simplest law that is true of every comparison that failed in the check."""
    found = explain(shown)
    related = [m for m in context.mismatches[-_MISMATCHES:] if m.name == shown.name and m is not shown]
    laws = {e.law for e in found}
    for mismatch in related:
        if not laws:
            return None
        laws &= {e.law for e in explain(mismatch)}
    return next((e for e in found if e.law in laws), None)
