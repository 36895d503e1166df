"""What the checks of one submission have ruled out: who is not to blame in one is tried last in the next."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from grader.diagnosis.replay import KnownWrong


class Suspects:
    """Remembers which known wrong answers a submission is not, from check to check.

    A known wrong answer that did not answer a check as the submission did is not the submission's mistake, as far as
    that check's symbols go: in a check that uses these and others, it can be left for last. In most submissions the
    first failing check finds the mistake, and the others ask for that one alone.
    """

    def __init__(self) -> None:
        self._ruled_out: dict[str, list[frozenset[str]]] = {}  # name -> the symbols of each check that ruled it out

    def in_turns(
        self, candidates: Sequence[KnownWrong], used: Collection[str]
    ) -> tuple[list[KnownWrong], list[KnownWrong]]:
        """The known wrong answers to try first, and those to try only if none of the first fits.

        Args:
            candidates: the known wrong answers in question.
            used: the symbols that the check uses.
        """
        turns: tuple[list[KnownWrong], list[KnownWrong]] = ([], [])
        for known in candidates:
            ruled_out = any(symbols.issubset(used) for symbols in self._ruled_out.get(known.name, ()))
            turns[ruled_out].append(known)
        return turns

    def rule_out(self, some: Sequence[KnownWrong], used: Collection[str]) -> None:
        """Note those that do not fit a check which uses these symbols."""
        symbols = frozenset(used)
        for known in some:
            self._ruled_out.setdefault(known.name, []).append(symbols)
