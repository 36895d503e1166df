"""Structural laws between a wrong answer and the right one, in the order in which they are said.

Each diagnoser looks at one mismatch and answers with every law that is literally true of it; the engine keeps those
that are true of all mismatches of the check.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.checks.context import Mismatch
from grader.diagnosis.evidence import Diagnoser, Explanation, look
from grader.diagnosis.places import PLACES
from grader.diagnosis.shapes import OF_ONE_SHAPE, OF_SHAPES
from grader.diagnosis.values import SUBTLER, VALUES

OF_VALUES: tuple[Diagnoser, ...] = (*VALUES, *OF_ONE_SHAPE, *SUBTLER, *PLACES)


def laws_of(mismatch: Mismatch, diagnosers: Sequence[Diagnoser] | None = None) -> list[Explanation]:
    """Every law that is true of this mismatch, simplest first."""
    return [explanation for _, explanation in laws_and_diagnosers(mismatch, diagnosers)]


def laws_and_diagnosers(
    mismatch: Mismatch, diagnosers: Sequence[Diagnoser] | None = None
) -> list[tuple[Diagnoser, Explanation]]:
    """The same, each with its diagnoser, so that the next mismatch need be shown to these alone."""
    seen = look(mismatch)
    if seen is None:
        return []
    chosen = OF_SHAPES if mismatch.kind == "shape" else OF_VALUES
    asked = chosen if diagnosers is None else [d for d in chosen if d in diagnosers]
    return [(diagnoser, explanation) for diagnoser in asked for explanation in diagnoser(seen)]
