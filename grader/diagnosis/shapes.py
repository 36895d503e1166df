"""Laws of axes: transposed, summed over another axis, not summed at all, an axis of length 1 kept or lost."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from grader.checks.in_words import shape_in_words
from grader.diagnosis.evidence import Array, Diagnoser, Explanation, Seen, agree, distinct, varies
from grader.diagnosis.replay import close


def permuted(seen: Seen) -> Iterator[Explanation]:
    """The right numbers with the axes in another order."""
    a, e = seen.actual, seen.expected
    if not (a.ndim == e.ndim and 2 <= a.ndim <= 4):
        return
    for axes in itertools.permutations(range(a.ndim)):
        if axes == tuple(range(a.ndim)) or a.transpose(axes).shape != e.shape:
            continue
        symmetric = e.transpose(axes).shape == e.shape and close(e.transpose(axes), e)
        squeezed = tuple(n for n in a.shape if n > 1) == tuple(n for n in e.shape if n > 1) and close(
            a.reshape(e.shape), e
        )
        if not symmetric and not squeezed and close(a.transpose(axes), e):
            text = "Yours is the transpose of what is right."
            if axes != (1, 0):
                text = (
                    f"The numbers are right but the axes are in another order: permute{axes} of yours would be right."
                )
            yield Explanation(f"permuted {axes}", text, distinct(e))


def axis_of_length_one(seen: Seen) -> Iterator[Explanation]:
    """The right numbers, with an axis of length 1 kept or lost."""
    a, e = seen.actual, seen.expected
    if a.size == e.size and a.squeeze().shape == e.squeeze().shape and close(a.reshape(e.shape), e):
        fix = f"{seen.keep} keeps the summed axis" if a.ndim < e.ndim else "drop the axis of length 1"
        shapes = f"{shape_in_words(a.shape)} for {shape_in_words(e.shape)}"
        evidence = distinct(e) if e.any() else 0  # a single 0 fits every shape
        yield Explanation("axis of length 1", f"The numbers are right, the shape is not: {shapes}; {fix}.", evidence)


def other_shape(seen: Seen) -> Iterator[Explanation]:
    """The right numbers in their order, in another shape."""
    a, e = seen.actual, seen.expected
    if a.size == e.size and a.squeeze().shape != e.squeeze().shape and varies(e) and close(a.reshape(e.shape), e):
        text = f"The numbers are right and in order: reshape yours to {shape_in_words(e.shape)}."
        yield Explanation("another shape", text, distinct(e))


def missing_sum(seen: Seen) -> Iterator[Explanation]:
    """What was broadcast forwards was not summed backwards; or a mean was not taken."""
    a, e = seen.actual, seen.expected
    if a.size <= e.size or a.ndim > 4 or not e.any():
        return
    for axes, keep, total, mean in _reductions(a):
        listed = axes[0] if len(axes) == 1 else axes
        kept = f", {seen.keep}" if keep else ""
        if agree(total, e):
            yield Explanation(
                f"missing sum {axes}",
                f"What was broadcast in the forward pass is summed in the backward pass: .sum({listed}{kept}) of yours "
                f"is right.",
                max(distinct(a) - 1, e.size),
            )
            return
        if agree(mean, e) and (e.size == 1 or varies(e)):
            yield Explanation(
                f"missing mean {axes}", f".mean({listed}{kept}) of yours is right.", max(distinct(a) - 1, e.size)
            )
            return


def extra_sum(seen: Seen) -> Iterator[Explanation]:
    """One sum or mean too many."""
    a, e = seen.actual, seen.expected
    if a.size >= e.size or e.ndim > 4:
        return
    for axes, _, total, mean in _reductions(e):
        if agree(mean, a) and close(np.broadcast_to(e.mean(axis=axes, keepdims=True), e.shape), e):
            text = f"What is right repeats yours along axis {axes[0]}: broadcast it to {shape_in_words(e.shape)}."
            yield Explanation(f"not broadcast {axes}", text, max(distinct(a), a.size))
            return
        for what, value in (("sum", total), ("mean", mean)):
            if agree(value, a):
                listed = axes[0] if len(axes) == 1 else axes
                made = f"axis {listed}" if len(axes) == 1 else f"axes {listed}"
                past = {"sum": "summed", "mean": "averaged"}[what]
                yield Explanation(
                    f"extra {what} {listed}",
                    f"Yours is what is right {past} over {made}: that {what} is one too many.",
                    max(distinct(e) - 1, a.size),
                )
                return


def other_axis(seen: Seen) -> Iterator[Explanation]:
    """A sum or mean of an argument, over another axis than it should be."""
    a, e = seen.actual, seen.expected
    for name, tensor in seen.floats:
        if not 2 <= tensor.ndim <= 3 or tensor.size > 10_000 or not varies(tensor):
            continue
        for what in ("sum", "mean"):
            ways = [(axes, total if what == "sum" else mean) for axes, _, total, mean in _reductions(tensor)]
            right = next((axes for axes, value in ways if agree(value, e)), None)
            yours = next((axes for axes, value in ways if agree(value, a)), None)
            if right is not None and yours is not None and right != yours and max(a.size, e.size) > 1:
                listed = [axes[0] if len(axes) == 1 else axes for axes in (yours, right)]
                yield Explanation(
                    f"{what} over {listed[0]} for {listed[1]} of {name}",
                    f"Yours is the {what} of {name} over axis {listed[0]}; over axis {listed[1]} is wanted.",
                    a.size + e.size,
                )
                return


def _reductions(array: Array) -> Iterator[tuple[tuple[int, ...], bool, Array, Array]]:
    """(axes, keepdims, sum, mean) over every set of axes."""
    for count in range(1, array.ndim + 1):
        for axes in itertools.combinations(range(array.ndim), count):
            for keep in (False, True):
                yield axes, keep, array.sum(axis=axes, keepdims=keep), array.mean(axis=axes, keepdims=keep)


OF_ONE_SHAPE: tuple[Diagnoser, ...] = (permuted, other_axis)
OF_SHAPES: tuple[Diagnoser, ...] = (axis_of_length_one, permuted, other_axis, missing_sum, extra_sum, other_shape)
