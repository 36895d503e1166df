"""What became of machine-made mistakes: the score of each exercise, and the mistakes that no check has found."""

from __future__ import annotations

import enum
import textwrap
from collections.abc import Iterator, Sequence

import msgspec

LEAST_SCORE = 0.98


class Fate(enum.StrEnum):
    """What became of one mutant."""

    KILLED = "killed"  # a check fails
    ENDLESS = "endless"  # a check fails, for it takes too long: a loop without an end, mostly
    EQUIVALENT = "equivalent"  # every check passes, and its author has said why that is right
    IDLE = "idle"  # bad conduct for which no check, and so no use, gives an occasion
    SURVIVED = "survived"  # every check passes: a hole
    BROKEN = "broken"  # a check crashes on it, or the grader: no verdict


_FOUND = {Fate.KILLED, Fate.ENDLESS}
_OUT = {Fate.EQUIVALENT, Fate.IDLE}


class Tried(msgspec.Struct, frozen=True):
    """One mutant that was graded.

    Attributes:
        exercise: whose solution it was made from.
        function: the function that was edited, ``Head.forward``; empty at module level.
        line: of the solution.
        kind: what sort of edit, or of conduct.
        old: the statement that changed; empty where the conduct did.
        new: what it became.
        conduct: whether the answers are right, and the conduct is not.
        fate: what became of it.
        by: the check that failed, or the reason why none has to.
        seconds: how long that took.
    """

    exercise: str
    function: str
    line: int
    kind: str
    old: str
    new: str
    conduct: bool
    fate: Fate
    by: str = ""
    seconds: float = 0.0


class Tally(msgspec.Struct, frozen=True):
    """The numbers of some mutants."""

    made: int
    killed: int
    out: int
    conducts: int
    conducts_killed: int

    @property
    def score(self) -> float:
        """Killed ÷ not equivalent; 1 where there is nothing to kill."""
        return self.killed / (self.made - self.out) if self.made > self.out else 1.0


class Mutation(msgspec.Struct, frozen=True):
    """A whole try.

    Attributes:
        tried: every mutant.
        problems: what kept the try from being trusted, or a mark from being one.
        seconds: wall time.
    """

    tried: tuple[Tried, ...]
    problems: tuple[str, ...] = ()
    seconds: float = 0.0

    def tally(self, exercise: str = "") -> Tally:
        """The numbers of an exercise, or of all."""
        own = [one for one in self.tried if exercise in {"", one.exercise}]
        conducts = [one for one in own if one.conduct and one.fate not in _OUT]
        return Tally(
            len(own),
            sum(one.fate in _FOUND for one in own),
            sum(one.fate in _OUT for one in own),
            len(conducts),
            sum(one.fate in _FOUND for one in conducts),
        )

    @property
    def holes(self) -> tuple[Tried, ...]:
        """The mutants that no check rejects, though nobody has said that they are right."""
        return tuple(one for one in self.tried if one.fate in {Fate.SURVIVED, Fate.BROKEN})

    @property
    def is_enough(self) -> bool:
        """Whether the checks find nearly all mistakes, and every bad conduct, and all marks hold."""
        tally = self.tally()
        return tally.score >= LEAST_SCORE and tally.conducts == tally.conducts_killed and not self.problems


def lines(mutation: Mutation, *, width: int = 80) -> Iterator[str]:
    """The table, and each hole with its edit."""
    exercises = list(dict.fromkeys(one.exercise for one in mutation.tried))
    room = max(map(len, [*exercises, "exercise"])) + 2
    yield f"{'exercise':<{room}}mutants  killed  equivalent  survive    score  conduct"
    for exercise in [*exercises, ""]:
        tally = mutation.tally(exercise)
        survive = tally.made - tally.killed - tally.out
        conduct = f"{tally.conducts_killed} of {tally.conducts}"
        yield (
            f"{exercise or 'all':<{room}}{tally.made:7}  {tally.killed:6}  {tally.out:10}  {survive:7}  "
            f"{100 * tally.score:5.1f} %  {conduct}"
        )
    yield from _told(mutation.holes, width)


def _told(holes: Sequence[Tried], width: int) -> Iterator[str]:
    for hole in holes:
        why = f" ({hole.by})" if hole.by else ""
        yield ""
        yield from textwrap.wrap(
            f"{hole.exercise}, {hole.function or 'the module'}, line {hole.line}: {hole.kind}{why}", width
        )
        yield from (f"  - {line}" for line in hole.old.splitlines())
        yield from (f"  + {line}" for line in hole.new.splitlines())
