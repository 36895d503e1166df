"""The demand that a training run gets where it should: a band, and what the curve says where it does not."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from grader.checks.context import Mismatch, current
from grader.checks.in_words import as_float, number, question, type_in_words


class TrainingRun(msgspec.Struct, frozen=True):
    """A training run and what is known of right ones; see ``check_training``."""

    losses: tuple[float, ...] = ()
    reached: float | None = None
    target: float | None = None
    reference: tuple[float, ...] = ()
    validation: tuple[float, ...] = ()
    classes: int | None = None
    unigram: float | None = None
    floor: float | None = None
    sizes: dict[str, int] = {}
    what: str = "loss"


def check_training(
    *,
    reached: float | None = None,
    target: float | None = None,
    losses: Any = None,
    what: str = "loss",
    higher: bool = False,
    reference: Sequence[float] = (),
    validation: Sequence[float] = (),
    classes: int | None = None,
    unigram: float | None = None,
    floor: float | None = None,
    sizes: Mapping[str, int] | None = None,
) -> None:
    """Demand that a training run ends where it should, and read its curve where it does not.

    A loss forgives many a wrong gradient: compare the first steps exactly too (``assert_close``).

    Args:
        reached: what the check itself measured in the end; the mean of the last tenth of ``losses`` without it.
        target: the bound, best taken from a reference run on the same data and budget; None demands no bound.
        losses: the losses that the submission returned, one a step or epoch, before the update; must be a list of
            floats where it is given.
        what: what is measured, as the learner reads it: ``loss on unseen words``, ``accuracy on unseen digits``.
        higher: whether more is better (an accuracy).
        reference: the losses of a right loop from the same start on the same batches. Most bugs of the loop can be told
            apart with it alone.
        validation: losses on data that are not trained on, at even distances over the run.
        classes: the number of classes, where an untrained model should start at ln(classes).
        unigram: the loss of the best answer that does not look at the input.
        floor: the entropy of the source: no honest model gets below it. Below it the check fails.
        sizes: numbers that may explain a constant factor of the first loss, ``{"N": 32}``.

    Raises:
        CheckFailed: the target is missed, or the floor is passed.

    Example:
        check_training(reached=heldout, target=right + 0.03, losses=losses, reference=right_losses, classes=27,
                       what="loss on unseen words")
    """
    given: tuple[float, ...] = ()
    if losses is not None:
        _demand_floats(losses)
        given = tuple(map(as_float, losses))
        if not given:
            raise current().fail(Mismatch("type", "losses", "The list of losses is empty.", losses))
    measured = reached
    if measured is None and given:
        last = given[-max(len(given) // 10, 1) :]
        measured = sum(last) / len(last)
    if measured is None:
        raise ValueError("check_training needs losses, or what was reached")
    headline = _headline(measured, target, floor, what, higher=higher)
    if not headline:
        return
    is_loss = not higher
    curve = TrainingRun(
        given,
        measured if is_loss else None,
        target if is_loss else None,
        tuple(float(loss) for loss in reference),
        tuple(float(loss) for loss in validation),
        classes,
        unigram,
        floor if is_loss else None,
        dict(sizes or {}),
        what,
    )
    raise current().fail(Mismatch("training", what, headline, curve))


def _demand_floats(losses: Any) -> None:
    if not isinstance(losses, list | tuple):
        headline = f"The losses must be a list of Python floats; here is {type_in_words(losses)}{question(losses)}"
        raise current().fail(Mismatch("type", "losses", headline, losses))
    for loss in losses:
        if isinstance(loss, bool) or not isinstance(loss, float | int):
            hint = ": .item() makes a float of a tensor" if type(loss).__name__ == "Tensor" else ""
            headline = f"The losses must be Python floats; one of them is {type_in_words(loss)}{hint}."
            raise current().fail(Mismatch("type", "losses", headline, losses))


def _headline(measured: float, target: float | None, floor: float | None, what: str, *, higher: bool) -> str:
    """What is wrong with what was reached; empty when nothing is."""
    shown = number(measured, 4)
    if not higher and floor is not None and measured < floor:
        return f"The {what} is {shown}; no honest model gets below {number(floor, 4)}."
    if math.isnan(measured):
        return f"The {what} is NaN."
    if target is None or (measured >= target if higher else measured <= target):
        return ""
    return f"The {what} is {shown}; it must be {number(target, 4)} or {'more' if higher else 'less'}."
