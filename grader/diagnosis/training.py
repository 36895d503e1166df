"""Reads a loss curve as an experienced eye does: where it starts, whether and which way it moves, where it stops.

Every reader looks for one bug of the notes' tables and is silent where another could draw the same curve. Most need
the curve of a right loop on the same data (``reference``): what leaves it at the second update and not at the first,
for one, carries something over from step to step.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from grader.checks.trained import TrainingRun

_Array = np.ndarray[Any, Any]
_FEWEST = 8  # steps that make a curve


class Reading(msgspec.Struct, frozen=True):
    """What a curve shows: the name of the bug, and the sentence for the learner."""

    name: str
    text: str


def diagnose_training(
    losses: Sequence[float],
    *,
    reference: Sequence[float] = (),
    validation: Sequence[float] = (),
    classes: int | None = None,
    unigram: float | None = None,
    floor: float | None = None,
    reached: float | None = None,
    sizes: Mapping[str, int] | None = None,
) -> Reading | None:
    """Find the bug that a loss curve shows.

    Args:
        losses: the loss of each step (or epoch), before its update; cross-entropy in nats, or any loss that is ≥ 0.
        reference: the same of a right loop from the same start, on the same batches.
        validation: losses on data that are not trained on, at even distances over the run.
        classes: the number of classes, where an untrained model should start at ln(classes).
        unigram: the loss of the best answer that does not look at the input, the entropy of the classes' frequencies.
        floor: no honest model gets below; the entropy of the source.
        reached: the loss in the end, measured by the check; the mean of the last tenth without it.
        sizes: numbers that may explain a constant factor of the first loss, ``{"N": 32}``.

    Returns:
        The bug; None where the curve is right, or could be of several bugs.
    """
    curve = TrainingRun(
        tuple(map(float, losses)), reached, None, tuple(map(float, reference)), tuple(map(float, validation)),
        classes, unigram, floor, dict(sizes or {}),
    )  # fmt: skip
    return read(curve)


def read(curve: TrainingRun) -> Reading | None:
    """The first reading that is certain; see ``diagnose_training``."""
    if not curve.losses:
        return _leak(curve)
    for reader in _NOT_FINITE if not np.isfinite(curve.losses).all() else _READERS:
        found = reader(curve)
        if found is not None:
            return found
    return None


def _nan(curve: TrainingRun) -> Reading | None:
    losses = np.asarray(curve.losses)
    bad = int(np.argmin(np.isfinite(losses)))
    what = "NaN" if np.isnan(losses[bad]) else "infinite"
    if bad == 0:
        return Reading(
            "nan",
            f"The loss is {what} before the first update, so no step is to blame: look at the forward pass, at the log "
            f"of a probability that is 0 or an exp that overflows.",
        )
    before = losses[:bad]
    if before.max() > 3 * before[0] or bad <= 2:
        grown = f" after rising from {_n(before[0])} to {_n(before.max())}" if before.max() > 3 * before[0] else ""
        return Reading(
            "too large",
            f"The loss is {what} from step {bad} on{grown}: the steps are far too large. Usual causes: a learning rate "
            f"that is too high, a gradient without its 1/N, gradients that are never zeroed.",
        )
    return Reading(
        "nan",
        f"The loss is {what} from step {bad} on, though it had not grown before ({_n(before[-1])} at step {bad - 1}): "
        f"look for the log of a probability that became 0.",
    )


def _leak(curve: TrainingRun) -> Reading | None:
    reached = curve.reached if curve.reached is not None else (_tail(curve.losses) if curve.losses else None)
    if curve.floor is None or reached is None or reached >= curve.floor:
        return None
    return Reading(
        "leak",
        f"{_n(reached)} is better than an honest model can be; this source allows {_n(curve.floor)}. The answer leaks "
        f"into the input: look for a missing causal mask, targets that are not shifted, test data in training.",
    )


def _scaled(curve: TrainingRun) -> Reading | None:
    """The whole first loss is N times too large, or small: a sum for a mean."""
    right = curve.reference[0] if curve.reference else None
    if right is None or right <= 0 or not curve.losses[0] > 0:
        return None
    for name, n in curve.sizes.items():
        if n > 1 and math.isclose(curve.losses[0], n * right, rel_tol=1e-5):
            return Reading(
                "sum for mean",
                f"The first loss is {_n(curve.losses[0])}, exactly {name} = {n} times the right one: a sum stands "
                f"where the mean belongs.",
            )
        if n > 1 and math.isclose(curve.losses[0], right / n, rel_tol=1e-5):
            return Reading(
                "divided twice",
                f"The first loss is {_n(curve.losses[0])}, the right one divided by {name} = {n}: a mean is divided by "
                f"{name} once more.",
            )
    return None


def _start(curve: TrainingRun) -> Reading | None:
    """An untrained classifier knows nothing, and ln C is the loss of knowing nothing."""
    first = curve.losses[0]
    if curve.classes is None:
        return None
    ideal = math.log(curve.classes)
    if first < 2 * ideal or (curve.reference and first < 1.5 * curve.reference[0]):
        return None
    return Reading(
        "start",
        f"The first loss is {_n(first)}; a classifier that knows nothing yet has ln {curve.classes} = {_n(ideal)}. The "
        f"initial weights are too large, the last layer's above all: it begins confident and wrong.",
    )


def _flat(curve: TrainingRun) -> Reading | None:
    losses = np.asarray(curve.losses)
    if len(losses) < _FEWEST:
        return None
    head, tail = _head(losses), _tail(losses)
    if curve.reference:
        right = np.asarray(curve.reference)
        drop = _head(right) - _tail(right)
        still = drop > 0.1 * right[0] and abs(head - tail) < 0.03 * drop + _wobble(losses) < 0.3 * drop
        still = still and math.isclose(losses[0], right[0], rel_tol=0.02)
        still = still and np.ptp(losses) < 3 * np.ptp(right) and losses.max() < 1.5 * right.max()
    elif curve.classes is not None:
        still = abs(head - tail) < 2e-3 * head + _wobble(losses) and abs(head / math.log(curve.classes) - 1) < 0.25
        still = still and (curve.unigram is None or head > 1.03 * curve.unigram)
    else:
        still = float(np.ptp(losses)) <= 1e-7 * abs(head)
    towards_unigram = curve.unigram is not None and abs(tail - curve.unigram) < abs(tail - head)
    towards_unigram = towards_unigram and abs(tail - head) > _wobble(losses)
    if not still or towards_unigram or _trend(losses) > 4:
        return None
    return Reading(
        "flat",
        f"The loss does not move: {_n(head)} at the start, {_n(tail)} after {len(losses)} steps. No update reaches the "
        f"parameters: is the step there, before the gradients are zeroed, on the model's own tensors, with an lr that "
        f"is not tiny?",
    )


def _uphill(curve: TrainingRun) -> Reading | None:
    """The mirror image of the right curve: what the right loop gains in the first steps, this one loses."""
    s, r = _pair(curve)
    if len(s) < _FEWEST or not np.isfinite(s[:_FEWEST]).all() or not math.isclose(s[0], r[0], rel_tol=1e-4):
        return None
    count = len(s) if np.isfinite(s).all() else int(np.argmin(np.isfinite(s)))
    s, r = s[:count], r[:count]
    gap = s - r
    # It grows by about as much in each of the first updates; a step that is too large jumps, or comes and goes.
    even = (np.diff(gap[:6]) > 0).all() and 1.4 < gap[2] / gap[1] < 5 and 3 <= gap[5] / gap[1] <= 25
    if not even or gap[1] > s[0]:
        return None
    blocks = [float(block.mean()) for block in np.array_split(s, min(6, len(s) // 2))]
    if not all(b > a for a, b in itertools.pairwise(blocks)):
        return None
    return Reading(
        "uphill",
        f"The loss rises from the first update on, from {_n(s[0])} to {_n(s[5])} in five steps, where a right loop "
        f"falls: the update goes uphill. Descent subtracts: p -= lr * grad.",
    )


def _not_zeroed(curve: TrainingRun) -> Reading | None:
    """Right for one update, wrong from the second on, and ever more wildly: gradients add up."""
    s, r = _pair(curve)
    if len(s) < _FEWEST or not np.allclose(s[:2], r[:2], rtol=1e-5, atol=0) or abs(s[0] - s[1]) < 1e-6 * s[0]:
        return None
    left = np.abs(s - r)
    if left[2] < 1e-3 * abs(r[1] - r[2]) + 1e-7 * r[0]:
        return None
    # It must also stay away, and swing: another schedule leaves the path too, but quietly.
    drop = r[0] - _tail(r)
    if drop <= 0 or _tail(s) < _tail(r) + 0.05 * drop or _rebound(s) < 0.08 * drop + 1.2 * _rebound(r):
        return None
    lowest = int(np.argmin(s[:-1]))
    return Reading(
        "no zero_grad",
        f"The first update is right; from the second on the loss leaves the right path and swings ({_n(s[lowest])} "
        f"at step {lowest}, later {_n(s[lowest:].max())}). Gradients of earlier steps are carried along: "
        f"zero them once in every step, before backward().",
    )


def _too_large(curve: TrainingRun) -> Reading | None:
    losses = np.asarray(curve.losses)
    if len(losses) < _FEWEST:
        return None
    first, worst = losses[0], float(losses[1:4].max())
    if curve.reference:
        s, r = _pair(curve)
        # The very first update overshoots: nothing can have added up before it.
        if not math.isclose(s[0], r[0], rel_tol=1e-4) or math.isclose(s[1], r[1], rel_tol=1e-5):
            return None
        if worst < 2 * max(first, float(r[1:4].max())):
            return None
    elif worst < 5 * first:
        return None
    return Reading(
        "too large",
        f"The first updates throw the loss from {_n(first)} to {_n(worst)}: the steps are far too large. The usual "
        f"causes are a learning rate that is too high and a gradient that lacks its 1/N.",
    )


def _only_bias(curve: TrainingRun) -> Reading | None:
    if curve.unigram is None or len(curve.losses) < _FEWEST:
        return None
    losses = np.asarray(curve.losses)
    last = losses[-max(len(losses) // 4, 4) :]
    reached = float(last.mean())
    noise = 4 * float(np.std(last)) / math.sqrt(len(last))
    if abs(reached - curve.unigram) > 0.01 * curve.unigram + noise or noise > 0.05 * curve.unigram:
        return None
    right = _tail(curve.reference) if curve.reference else curve.target
    if right is None or right > 0.9 * curve.unigram or losses[0] < 1.05 * curve.unigram:
        return None
    return Reading(
        "only the bias",
        f"The loss settles at {_n(reached)}, which the frequencies of the answers alone give ({_n(curve.unigram)}): "
        f"only the last bias learns. Are the weights all zero at the start, or missing from the update?",
    )


def _too_small(curve: TrainingRun) -> Reading | None:
    s, r = _pair(curve)
    if len(s) < 2 * _FEWEST or not math.isclose(s[0], r[0], rel_tol=1e-4):
        return None
    first, middle, last = (float(block.mean()) for block in np.array_split(s, 3))
    if not first - middle > 0 or middle - last < 0.2 * (first - middle) or _trend(s) < 5:
        return None  # it has stopped, or never began: another story
    smooth = np.convolve(r, np.full(5, 0.2), "valid")
    soon = np.flatnonzero(smooth <= _tail(s))
    if not len(soon) or soon[0] + 3 > len(s) / 4 or _rebound(s) > 0.1 * (s[0] - r.min()) + 1.2 * _rebound(r):
        return None
    return Reading(
        "too small",
        f"The loss falls too slowly: {len(s)} steps get to {_n(_tail(s))}, as far as about {soon[0] + 3} right ones. "
        f"The steps are too small: look at the learning rate, and for a gradient that is divided once too often.",
    )


def _overfit(curve: TrainingRun) -> Reading | None:
    if len(curve.validation) < 4 or len(curve.losses) < _FEWEST:
        return None
    seen, unseen = np.asarray(curve.losses), np.asarray(curve.validation)
    best, last, train = float(unseen.min()), float(unseen[-1]), _tail(seen)
    if not np.isfinite(unseen).all():
        return None
    if curve.classes is not None and train < 0.5 * math.log(curve.classes) <= 0.5 * unseen.min():
        return Reading(
            "chance on unseen data",
            f"The loss falls to {_n(train)} on the training data and is never below ln {curve.classes} = "
            f"{_n(math.log(curve.classes))} on data it has not seen: nothing that it learns carries over. Are the data "
            f"shuffled, and do inputs and labels of both sets belong together?",
        )
    if last > 1.2 * best and last > 2 * train and int(np.argmin(unseen)) < len(unseen) - 2:
        return Reading(
            "overfit",
            f"On unseen data the loss falls to {_n(best)} and rises again to {_n(last)}; on the training data it sinks "
            f"to {_n(train)}: it overfits. Stop at the lowest validation loss, or add data, weight decay or dropout.",
        )
    return None


def _underfit(curve: TrainingRun) -> Reading | None:
    if not curve.validation or len(curve.losses) < _FEWEST or not curve.reference:
        return None
    train, unseen, right = _tail(curve.losses), float(np.mean(curve.validation[-2:])), _tail(curve.reference)
    losses = np.asarray(curve.losses)
    half = losses[len(losses) // 2 :]
    stopped = abs(_head(half) - _tail(half)) < 0.02 * abs(_tail(half)) + _wobble(half)
    if stopped and train > 1.3 * right and abs(unseen - train) < 0.1 * train and train < 0.9 * losses[0]:
        return Reading(
            "underfit",
            f"The loss stops at {_n(train)} on the training data and {_n(unseen)} on unseen data, and the same number "
            f"of steps can reach {_n(right)}: it underfits. The model is too small for the task, or a part of it does "
            f"not learn.",
        )
    return None


_Reader = Callable[[TrainingRun], "Reading | None"]
_NOT_FINITE: tuple[_Reader, ...] = (_scaled, _uphill, _nan)
_READERS: tuple[_Reader, ...] = (
    _leak, _scaled, _start, _only_bias, _flat, _uphill, _not_zeroed, _too_large, _too_small, _overfit, _underfit,
)  # fmt: skip


def _pair(curve: TrainingRun) -> tuple[_Array, _Array]:
    """Both curves as far as both go; empty without a finite reference."""
    count = min(len(curve.losses), len(curve.reference))
    s, r = np.asarray(curve.losses[:count]), np.asarray(curve.reference[:count])
    return (s, r) if np.isfinite(r).all() else (s[:0], r[:0])


def _head(losses: Sequence[float] | _Array) -> float:
    return float(np.mean(losses[: max(len(losses) // 10, 1)]))


def _tail(losses: Sequence[float] | _Array) -> float:
    return float(np.mean(losses[-max(len(losses) // 10, 1) :]))


def _rebound(losses: _Array) -> float:
    """The largest rise from a value to a later one."""
    return float((losses - np.minimum.accumulate(losses)).max())


def _wobble(losses: _Array) -> float:
    """How far the mean of a tenth of the curve strays by chance, three times."""
    count = max(len(losses) // 10, 1)
    noise = float(np.std(np.diff(losses))) / math.sqrt(2)
    return 3 * noise * math.sqrt(2 / count)


def _trend(losses: _Array) -> float:
    """The slope over the whole curve, in its own standard errors, where it is more than a hundredth of the loss."""
    steps = np.arange(len(losses)) - (len(losses) - 1) / 2
    slope = float(steps @ losses) / float(steps @ steps)
    rest = losses - losses.mean() - slope * steps
    error = math.sqrt(float(rest @ rest) / max(len(losses) - 2, 1) / float(steps @ steps))
    if abs(slope) * len(losses) < 0.01 * abs(float(losses.mean())):
        return 0.0
    return abs(slope) / error if error > 0 else math.inf


def _n(value: float) -> str:
    return f"{value:.3g}" if abs(value) >= 0.01 or value == 0 else f"{value:.1e}"
