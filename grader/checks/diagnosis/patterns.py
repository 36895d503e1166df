"""Structural laws between a wrong answer and the right one: a ratio, a sign, a transpose, a missing sum.

Each looks at one mismatch and answers with every explanation that is literally true of it, simplest first; the
engine keeps those that are true of all mismatches of the check.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np

from grader.checks.context import Mismatch
from grader.checks.diagnosis.replay import close
from grader.checks.show import as_array, is_tensor, number, shape_in_words

_MOST_NUMBERS = 1_000_000


class Explanation(msgspec.Struct, frozen=True):
    """One law that holds between actual and expected.

    Attributes:
        law: names it, the same for every mismatch that it explains: ``ratio N``, ``transposed``.
        text: the sentence for the learner, with the numbers of the mismatch at hand.
    """

    law: str
    text: str


def explain(mismatch: Mismatch) -> list[Explanation]:
    """Every law that is true of this mismatch, simplest first."""
    if not (_numeric(mismatch.actual) and _numeric(mismatch.expected)):
        return []
    if max(as_array(mismatch.actual).size, as_array(mismatch.expected).size) > _MOST_NUMBERS:
        return []
    a, e = as_array(mismatch.actual).astype(np.float64), as_array(mismatch.expected).astype(np.float64)
    if mismatch.kind not in {"values", "shape"} or not np.isfinite(e).all() or not np.isfinite(a).all():
        return []
    laws = _SHAPE_LAWS if mismatch.kind == "shape" else _VALUE_LAWS
    return [explanation for law in laws for explanation in law(mismatch, a, e)]


def _numeric(value: Any) -> bool:
    if is_tensor(value):
        return not value.is_complex()
    return isinstance(value, float | np.floating) or (isinstance(value, np.ndarray) and value.dtype.kind in "fiu")


def _ratio(m: Mismatch, a: np.ndarray[Any, Any], e: np.ndarray[Any, Any]) -> Iterator[Explanation]:
    clear = np.abs(e) > 1e-9 * np.abs(e).max(initial=0.0)
    if not clear.any():
        return
    ratio = float(np.median(a[clear] / e[clear]))
    if ratio == 0 or not close(a, ratio * e) or math.isclose(ratio, 1.0, rel_tol=1e-8):
        return
    if math.isclose(ratio, -1.0, rel_tol=1e-8):
        yield Explanation("sign", "The sign is wrong: yours is exactly the negative of what is right.")
        return
    for law, formula, value in _factors(m.sizes):
        for inverse in (False, True):
            factor = 1 / value if inverse else value
            for sign in (1, -1):
                if math.isclose(ratio, sign * factor, rel_tol=1e-8):
                    yield Explanation(
                        f"ratio {'-' * (sign < 0)}{'1/' * inverse}{law}",
                        _ratio_text(formula, value, inverse, sign),
                    )
    size = number(abs(ratio if abs(ratio) > 1 else 1 / ratio), 4)
    direction = "large" if abs(ratio) > 1 else "small"
    flipped = ", and of the wrong sign" if ratio < 0 else ""
    yield Explanation(
        "ratio", f"Yours is {size} times too {direction} everywhere{flipped}: one constant factor is wrong."
    )


def _factors(sizes: dict[str, int]) -> Iterator[tuple[str, str, float]]:
    """(law, how to say it, value): the numbers that turn up as forgotten factors."""
    positive = {name: n for name, n in sizes.items() if n > 1}
    for name, n in positive.items():
        yield name, f"{name} is {n}", float(n)
    yield "2", "", 2.0
    for name, n in positive.items():
        yield f"{name}/({name}-1)", f"{name}/({name}−1) is {number(n / (n - 1))}", n / (n - 1)
        yield f"sqrt {name}", f"√{name} is {number(math.sqrt(n))}", math.sqrt(n)
    for (first, n), (second, k) in itertools.combinations(positive.items(), 2):
        yield f"{first}*{second}", f"{first}·{second} is {n * k}", float(n * k)
        if n != k:
            yield f"{first}/{second}", f"{first}/{second} is {number(n / k)}", n / k


def _ratio_text(formula: str, value: float, inverse: bool, sign: int) -> str:
    grows = (value > 1) != inverse
    size = number(value if value > 1 else 1 / value)
    reason = f", and {formula}" if formula else ""
    flipped = " and of the wrong sign" if sign < 0 else ""
    return f"Yours is exactly {size} times too {'large' if grows else 'small'}{flipped}{reason}."


def _transposed_values(m: Mismatch, a: np.ndarray[Any, Any], e: np.ndarray[Any, Any]) -> Iterator[Explanation]:
    del m
    for axes in _permutations(a.ndim):
        if a.transpose(axes).shape == e.shape and not close(e.transpose(axes), e) and close(a.transpose(axes), e):
            yield Explanation(f"permuted {axes}", _permuted_text(axes))


def _permutations(ndim: int) -> Iterator[tuple[int, ...]]:
    if 2 <= ndim <= 4:
        for axes in itertools.permutations(range(ndim)):
            if axes != tuple(range(ndim)):
                yield axes


def _permuted_text(axes: tuple[int, ...]) -> str:
    if axes == (1, 0):
        return "Yours is the transpose of what is right."
    return f"The numbers are right but the axes are in another order: permute{axes} of yours would be right."


def _like_float32(m: Mismatch, a: np.ndarray[Any, Any], e: np.ndarray[Any, Any]) -> Iterator[Explanation]:
    del m
    narrow = a.astype(np.float32).astype(np.float64)
    # A small error alone proves nothing (an eps in another place makes one); numbers that all fit into float32 do.
    if np.array_equal(narrow, a) and close(a, e, rtol=2e-6) and not close(a, e):
        yield Explanation(
            "float32",
            "The numbers are right to about 7 digits: they have been float32. Keep the input's dtype all the way.",
        )


def _is_input(m: Mismatch, a: np.ndarray[Any, Any], e: np.ndarray[Any, Any]) -> Iterator[Explanation]:
    del e
    if m.call is None or a.size < 2 or not a.any():
        return
    for value in m.call.args:
        if is_tensor(value) and tuple(value.shape) == a.shape and np.array_equal(as_array(value), a):
            yield Explanation("input", "Yours is one of the inputs, unchanged.")
            return


def _zeros(m: Mismatch, a: np.ndarray[Any, Any], e: np.ndarray[Any, Any]) -> Iterator[Explanation]:
    del m, e
    if a.size > 1 and not a.any():
        yield Explanation("zeros", "Yours is zero everywhere.")


def _shifted_rows(m: Mismatch, a: np.ndarray[Any, Any], e: np.ndarray[Any, Any]) -> Iterator[Explanation]:
    """A constant added to each row (or column): what a forgotten mean or sum leaves behind."""
    del m
    if a.ndim != 2 or min(a.shape) < 2:
        return
    difference = a - e
    for axis, lines in ((1, "row"), (0, "column")):
        along = difference - difference.mean(axis=axis, keepdims=True)
        if close(along + e, e) and not close(difference + e, e) and np.ptp(difference) > 0:
            yield Explanation(
                f"offset by {lines}",
                f"In each {lines} yours is off by one constant: a term of the {lines} is missing.",
            )


def _kept_or_lost_axis(m: Mismatch, a: np.ndarray[Any, Any], e: np.ndarray[Any, Any]) -> Iterator[Explanation]:
    if a.size == e.size and a.squeeze().shape == e.squeeze().shape and close(a.reshape(e.shape), e):
        fix = "keepdim=True keeps the summed axis" if a.ndim < e.ndim else "drop the axis of length 1"
        yield Explanation(
            "axis of length 1",
            f"The numbers are right, the shape is not: {shape_in_words(a.shape)} for {shape_in_words(e.shape)}; {fix}. "
            f"A gradient has the shape of its tensor.",
        )
    elif a.ndim == e.ndim:
        for axes in _permutations(a.ndim):
            if a.transpose(axes).shape == e.shape and close(a.transpose(axes), e):
                yield Explanation(f"permuted {axes}", _permuted_text(axes))
    del m


def _missing_sum(m: Mismatch, a: np.ndarray[Any, Any], e: np.ndarray[Any, Any]) -> Iterator[Explanation]:
    del m
    if a.size <= e.size or a.ndim > 4:
        return
    for count in range(1, a.ndim + 1):
        for axes in itertools.combinations(range(a.ndim), count):
            for keep in (False, True):
                total = a.sum(axis=axes, keepdims=keep)
                if total.shape == e.shape and close(total, e):
                    listed = axes[0] if count == 1 else axes
                    kept = ", keepdim=True" if keep else ""
                    yield Explanation(
                        f"missing sum {axes}",
                        f"What was broadcast in the forward pass is summed in the backward pass: .sum({listed}{kept}) "
                        f"of yours is right.",
                    )
                    return


def _extra_sum(m: Mismatch, a: np.ndarray[Any, Any], e: np.ndarray[Any, Any]) -> Iterator[Explanation]:
    del m
    if a.size >= e.size or e.ndim > 4:
        return
    for axis in range(e.ndim):
        for keep in (False, True):
            total = e.sum(axis=axis, keepdims=keep)
            if total.shape == a.shape and close(total, a):
                yield Explanation(
                    f"extra sum {axis}",
                    f"Yours is what is right summed over axis {axis}: that sum is one too many.",
                )
                return


_Law = Callable[[Mismatch, "np.ndarray[Any, Any]", "np.ndarray[Any, Any]"], Iterator[Explanation]]
_VALUE_LAWS: tuple[_Law, ...] = (_zeros, _is_input, _ratio, _like_float32, _transposed_values, _shifted_rows)
_SHAPE_LAWS: tuple[_Law, ...] = (_kept_or_lost_axis, _missing_sum, _extra_sum)
