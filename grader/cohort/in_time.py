"""Of a clone, what had been committed when each unit was due: a repository goes on after that."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

import msgspec

from grader.cohort.grades import extended, extensions_of
from grader.cohort.hand_ins import HandIn, hand_in_at
from grader.cohort.policies import Policies
from grader.cohort.records import LearnerRow


def in_time(hand_ins: Sequence[HandIn], policies: Policies, units: Sequence[str]) -> tuple[HandIn, ...]:
    """The hand-ins, and of each clone also what it was when a unit was due, where it has gone on since.

    Which of them counts is for the policies to say: what came too late may be worth something.

    Args:
        hand_ins: what was handed in.
        policies: say when something is due, and for whom it is later.
        units: what is graded.
    """
    rows = {hand_in.learner.key: hand_in.learner for hand_in in hand_ins}
    learners = [
        LearnerRow(number, key, who.name, who.number, who.login, who.email, who.section, enrolled=True)
        for number, (key, who) in enumerate(rows.items())
    ]
    numbers = {learner.key: learner.id for learner in learners}
    extensions = extensions_of(policies, learners)
    found: list[HandIn] = []
    for hand_in in hand_ins:
        ends: set[datetime.datetime] = set()
        for unit in units if hand_in.commit else ():
            policy = policies.of(unit)
            due, _ = extended(policy, extensions.get((numbers[hand_in.learner.key], unit), []))
            if due is not None:
                ends.add(due + datetime.timedelta(seconds=policy.grace))
        found += _numbered([*_earlier(hand_in, sorted(ends)), hand_in])
    return tuple(found)


def _earlier(hand_in: HandIn, ends: Sequence[datetime.datetime]) -> Iterator[HandIn]:
    """What a clone was at each of these times, where that is something else, and not what it is now."""
    known = {hand_in.commit}
    for end in ends:
        then = hand_in_at(hand_in, end.astimezone(datetime.UTC).isoformat(timespec="seconds"))
        if not then.fault and then.commit not in known:
            known.add(then.commit)
            yield then


def _numbered(several: Sequence[HandIn]) -> list[HandIn]:
    if len(several) == 1:
        return list(several)
    return [msgspec.structs.replace(one, attempt=number) for number, one in enumerate(several, 1)]
