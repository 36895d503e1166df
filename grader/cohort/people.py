"""Finding a learner by what an instructor types: a number, a login, an address, a name or a part of it."""

from __future__ import annotations

from collections.abc import Sequence

from grader.cohort.records import LearnerRow
from grader.errors import UsageError
from grader.names import nearest, printable

_MOST_LISTED = 8
_SHORTEST_PART = 2


def find_learner(learners: Sequence[LearnerRow], wanted: str) -> LearnerRow:
    """The learner who is meant.

    What is theirs alone goes before a name: a number, the key, a login, an address. A whole name goes before a part.

    Raises:
        UsageError: nobody is, or several may be; the message lists them.
    """
    key = plain_name(wanted)
    if not key:
        raise UsageError("Name a learner: a number, a login, an address, or a part of the name.")
    for fits in (_is_their_own, _is_their_name, _is_part):
        found = [learner for learner in learners if fits(key, learner)]
        if len(found) == 1:
            return found[0]
        if found:
            raise UsageError(f"{printable(wanted, 60)!r} could be any of these: {listed(found)}. Give the number.")
    near = nearest(wanted, [learner.shown for learner in learners], 3, cutoff=0.6)
    meant = [learner for learner in learners if learner.shown in near]
    advice = f" Did you mean {listed(meant)}?" if meant else " `grade book list` shows who there is."
    raise UsageError(f"The gradebook has no learner {printable(wanted, 60)!r}.{advice}")


def is_meant(wanted: str, learner: LearnerRow) -> bool:
    """Whether a file that names a learner may mean this one: by what is theirs alone, or by the whole name."""
    key = plain_name(wanted)
    return _is_their_own(key, learner) or _is_their_name(key, learner)


def plain_name(text: str) -> str:
    """A name as it is compared: case and the number of spaces do not count, nor how its accents are encoded."""
    import unicodedata

    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def numbers_of(learner: LearnerRow) -> set[str]:
    """The numbers by which a platform or a roster knows a learner; of ``canvas:1001`` also ``1001``."""
    return {number for number in (learner.number, learner.key, learner.key.partition(":")[2]) if number}


def listed(learners: Sequence[LearnerRow]) -> str:
    """Learners with what tells them apart: ``Kim (1001, kim@x.org); Kim (1002)``."""
    shown = [described(learner) for learner in learners[:_MOST_LISTED]]
    more = len(learners) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def described(learner: LearnerRow) -> str:
    """A learner with what tells them from others of the name."""
    about = dict.fromkeys((learner.number or learner.key, learner.login, learner.email))
    known = [printable(text, 60) for text in about if text and text != learner.shown]
    return printable(learner.shown, 60) + (f" ({', '.join(known)})" if known else "")


def _is_their_own(key: str, learner: LearnerRow) -> bool:
    return key in {plain_name(text) for text in (*numbers_of(learner), learner.login, learner.email) if text}


def _is_their_name(key: str, learner: LearnerRow) -> bool:
    return bool(learner.name) and key == plain_name(learner.name)


def _is_part(key: str, learner: LearnerRow) -> bool:
    return len(key) >= _SHORTEST_PART and any(
        key in plain_name(text) for text in (learner.name, learner.login, learner.email)
    )
