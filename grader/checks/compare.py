"""Comparison in a fixed order: missing, type, shape, dtype, device, NaN and Inf, values. One message for each.

Nothing of a submission's is trusted here: values have crossed the wire as plain bytes, and what did not is a handle,
which is wrong by its type before any of its code could answer for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from grader.checks.context import CheckContext, Compared, Mismatch, current
from grader.checks.in_words import are, as_array, as_float, is_tensor, number, question, shape_in_words, type_in_words
from grader.names import closest
from grader.sandbox.request import Operation

_ABSOLUTE_FLOOR = 1e-12


def assert_close(
    actual: Any,
    expected: Any,
    *,
    name: str | Sequence[str] = "result",
    rtol: float = 1e-9,
    atol: float = _ABSOLUTE_FLOOR,
    sizes: Mapping[str, int] | None = None,
    oracle: str = "autograd",
) -> None:
    """Demand that what a submission returned is what is right.

    Two numbers are close when they differ by at most ``rtol`` times the largest magnitude in the whole expected tensor.

    Args:
        actual: what the submission returned.
        expected: a tensor, an array, a float, or a tuple or dict of them; its type, shape and dtype are demanded too.
        name: what the learner calls it; one name for each item of a tuple.
        rtol: the tolerance, relative to the scale of the expected tensor.
        atol: the tolerance where everything expected is 0.
        sizes: names the numbers that may explain a constant ratio, ``{"N": 32, "C": 27}``.
        oracle: who says what is right, shown after the expected value.

    Raises:
        CheckFailed: with what differs first.
    """
    _Comparison(current(), dict(sizes or {}), oracle, rtol, atol).run(actual, expected, name)


def assert_equal(
    actual: Any, expected: Any, *, name: str = "result", oracle: str = "by hand", headline: str = ""
) -> None:
    """Demand exact equality, types included: integers, strings, lists, dicts; integer tensors too.

    Args:
        actual: what the submission returned.
        expected: what is right.
        name: what the learner calls it.
        oracle: who says what is right, shown after the expected value.
        headline: the sentence for the learner where values differ; without it, that ``name`` is not right.

    Raises:
        CheckFailed: they differ.
    """
    if is_tensor(expected) or isinstance(expected, np.ndarray):
        assert_close(actual, expected, name=name, rtol=0.0, atol=0.0, oracle=oracle)
        return
    context = current()
    if type(actual) is not type(expected):
        wanted = f"{name} is {type_in_words(actual)}; {type_in_words(expected)} is wanted{question(actual)}"
        raise context.fail(Mismatch("type", name, wanted, actual, expected, oracle=oracle))
    if not _same(actual, expected):
        headline = headline or f"{name} {are(name)} not right."
        raise context.fail(Mismatch("values", name, headline, actual, expected, oracle=oracle))


def _same(actual: Any, expected: Any) -> bool:
    """Equality of values and of all their types, that never asks a foreign object.

    Keys are looked up, so that nothing is spelt out or sorted: ``repr`` of what a submission sends may take any time.
    """
    if type(actual) is not type(expected):
        return False
    if isinstance(expected, list | tuple):
        return len(actual) == len(expected) and all(map(_same, actual, expected))
    if isinstance(expected, dict):
        return same_keys(actual, expected) and all(_same(actual[key], item) for key, item in expected.items())
    if isinstance(expected, set | frozenset):
        return same_keys(actual, expected)
    if is_tensor(expected) or isinstance(expected, np.ndarray):
        alike = tuple(actual.shape) == tuple(expected.shape) and actual.dtype == expected.dtype
        return alike and np.array_equal(as_array(actual), as_array(expected))
    return bool(actual == expected)


def same_keys(actual: Collection[Any], expected: Collection[Any]) -> bool:
    """Whether two dicts or sets have the same keys, types included: 1, 1.0 and True find each other, and differ."""
    if len(actual) != len(expected):
        return False
    own = {key: key for key in actual}
    return all(key in own and _same(own[key], key) for key in expected)


class _Comparison:
    """One ``assert_close``, with its settings."""

    def __init__(self, context: CheckContext, sizes: dict[str, int], oracle: str, rtol: float, atol: float) -> None:
        self.context = context
        self.sizes = sizes
        self.oracle = oracle
        self.rtol = rtol
        self.atol = atol

    def run(self, actual: Any, expected: Any, name: str | Sequence[str]) -> None:
        if isinstance(expected, tuple):
            self._tuple(actual, expected, name)
        elif isinstance(expected, Mapping):
            self._mapping(actual, expected, str(name))
        else:
            self._leaf(actual, expected, str(name))

    def _fail(
        self,
        kind: str,
        name: str,
        headline: str,
        actual: Any,
        expected: Any,
        index: tuple[int, ...] | None = None,
        tolerance: float = 0.0,
    ) -> None:
        mismatch = Mismatch(
            kind, name, headline, actual, expected, self.sizes, self.oracle, index=index, tolerance=tolerance
        )
        raise self.context.fail(mismatch)

    def _tuple(self, actual: Any, expected: tuple[Any, ...], name: str | Sequence[str]) -> None:
        names = [f"{name}[{i}]" for i in range(len(expected))] if isinstance(name, str) else list(name)
        listed = ", ".join(names)
        if type(actual) not in {tuple, list}:
            self._fail("type", listed, f"{len(expected)} values are wanted ({listed}); you return "
                       f"{type_in_words(actual)}{question(actual)}", actual, expected)  # fmt: skip
        if len(actual) != len(expected):
            self._fail("type", listed, f"{len(expected)} values are wanted ({listed}); you return {len(actual)}.",
                       actual, expected)  # fmt: skip
        for item, wanted, item_name in zip(actual, expected, names, strict=True):
            self.run(item, wanted, item_name)

    def _mapping(self, actual: Any, expected: Mapping[Any, Any], name: str) -> None:
        if type(actual) is not dict:
            headline = f"{name} is {type_in_words(actual)}; a dict is wanted{question(actual)}"
            self._fail("type", name, headline, actual, dict(expected))
        missing = [key for key in expected if key not in actual]
        if missing:
            near = closest(str(missing[0]), (key for key in actual if isinstance(key, str)), cutoff=0.6)
            hint = f" Did you mean it by {near!r}?" if near else ""
            listed = ", ".join(repr(key) for key in missing[:6]) + (", …" if len(missing) > 6 else "")
            self._fail("missing", name, f"{name} lacks {listed}.{hint}", None, None)
        where = f" ({name})" if " " in name else ""  # a phrase says of what; a bare name says no more than the key
        for key, wanted in expected.items():
            self.run(actual[key], wanted, f"{key}{where}")

    def _why_none(self) -> str:
        log = self.context.talk.log if self.context.talk is not None else []
        if log and log[-1].operation == Operation.VJP:
            return ": no gradient reaches it. Is it detached on the way, or not used at all?"
        return question(None)

    def _leaf(self, actual: Any, expected: Any, name: str) -> None:
        self.context.compared_numbers = True
        if self.context.compared is not None:
            self.context.compared.append(
                Compared(name, actual, expected, self.sizes, self.oracle, self.rtol, self.atol)
            )
        if actual is None:
            self._fail("type", name, f"{name} is None{self._why_none()}", None, expected)
        if isinstance(expected, float | int) and not isinstance(expected, bool):
            self._number(actual, expected, name)
            return
        wanted = "a tensor" if is_tensor(expected) else "an array"
        if (is_tensor(actual) if is_tensor(expected) else type(actual) is np.ndarray) is False:
            self._fail("type", name, f"{name} is {type_in_words(actual)}; {type_in_words(expected)} is wanted.",
                       actual, expected)  # fmt: skip
        if tuple(actual.shape) != tuple(expected.shape):
            self._fail("shape", name, f"{name} has shape {shape_in_words(actual.shape)}; "
                       f"{shape_in_words(expected.shape)} is wanted.", actual, expected)  # fmt: skip
        if actual.dtype != expected.dtype:
            hint = " New tensors are float32: pass dtype=…" if str(actual.dtype) == "torch.float32" else ""
            kinds = [str(value.dtype).removeprefix("torch.") for value in (actual, expected)]
            self._fail(
                "dtype", name, f"{name} is {wanted} of {kinds[0]}; {kinds[1]} is wanted.{hint}", actual, expected
            )
        notes = getattr(actual, "came_as", None)
        if notes is not None and notes.device != "cpu":
            self._fail("device", name, f"{name} is on {notes.device}; the CPU is wanted.", actual, expected)
        self._values(as_array(actual), as_array(expected), actual, expected, name)

    def _number(self, actual: Any, expected: float, name: str) -> None:
        kind = int if isinstance(expected, int) else float
        fits = isinstance(actual, int | np.integer) if kind is int else isinstance(actual, float | int | np.floating)
        if not fits or isinstance(actual, bool):
            hint = " (.item() makes one of a tensor)" if is_tensor(actual) and actual.numel() == 1 else ""
            self._fail("type", name, f"{name} is {type_in_words(actual)}; a Python {kind.__name__} is wanted{hint}.",
                       actual, expected)  # fmt: skip
        plain = np.asarray(as_float(actual) if kind is float else actual)
        self._values(plain, np.asarray(expected), actual, expected, name)

    def _values(self, a: np.ndarray[Any, Any], e: np.ndarray[Any, Any], actual: Any, expected: Any, name: str) -> None:
        if e.size == 0:
            return
        if not np.issubdtype(e.dtype, np.inexact):
            self._exact(a, e, actual, expected, name)
            return
        finite = np.isfinite(a)
        # Infinity and NaN only where they are right, and the same ones.
        alike = (
            (finite & np.isfinite(e))
            | (np.isposinf(a.real) & np.isposinf(e.real))
            | (np.isneginf(a.real) & np.isneginf(e.real))
        )
        alike |= np.isnan(a) & np.isnan(e)
        scale = float(np.abs(np.where(np.isfinite(e), e, 0)).max())
        tolerance = max(self.rtol * scale, self.atol)
        if not alike.all():
            index = _first(~alike)
            what = "NaN" if np.isnan(a[index]) else number(a[index].real)
            count = int((~alike).sum())
            more = f" and at {count - 1} more place{'s' * (count > 2)}" if count > 1 else ""
            where = f" at {_place(index)}" if e.ndim else ""
            self._fail("finite", name, f"{name} is {what}{where}{more}.", actual, expected, index, tolerance)
        wide = np.complex128 if np.iscomplexobj(e) else np.float64
        with np.errstate(all="ignore"):
            difference = np.where(finite, np.abs(a.astype(wide) - e.astype(wide)), 0.0)
        wrong = ~(difference <= tolerance)
        if wrong.any():
            index = tuple(int(i) for i in np.unravel_index(int(np.argmax(difference)), difference.shape))
            self._fail(
                "values",
                name,
                f"{name} {are(name)} not right{_share(wrong, index, difference)}.",
                actual,
                expected,
                index,
                tolerance,
            )

    def _exact(self, a: np.ndarray[Any, Any], e: np.ndarray[Any, Any], actual: Any, expected: Any, name: str) -> None:
        wrong = a != e
        if wrong.any():
            index = _first(wrong)
            share = _share(wrong, index, np.zeros(wrong.shape)) if e.ndim else ""
            self._fail("values", name, f"{name} {are(name)} not right{share}.", actual, expected, index)


def _first(where: np.ndarray[Any, Any]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(where)), where.shape))


def _place(index: tuple[int, ...]) -> str:
    return "[" + ", ".join(map(str, index)) + "]"


def _share(wrong: np.ndarray[Any, Any], index: tuple[int, ...], difference: np.ndarray[Any, Any]) -> str:
    """How much of it is wrong, and where most."""
    if wrong.ndim == 0 or wrong.size == 1:
        return ""
    count = int(wrong.sum())
    if count == wrong.size:
        return f" in any of its {wrong.size} numbers"
    if count == 1:
        return f" in 1 of its {wrong.size} numbers, at {_place(index)}"
    worst = f", most at {_place(index)}" if difference.any() else f", first at {_place(index)}"
    return f" in {count} of its {wrong.size} numbers{worst}"
