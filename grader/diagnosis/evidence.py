"""What a diagnoser sees of one wrong answer, and the form of what it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import msgspec
import numpy as np

from grader.checks.context import Mismatch
from grader.checks.in_words import as_array, is_tensor
from grader.diagnosis.replay import close
from grader.sandbox.request import Operation

Array = np.ndarray[Any, Any]
_MOST_NUMBERS = 1_000_000
_MOST_AT_HAND = 100_000
_MOST_TENSORS = 64


class Explanation(msgspec.Struct, frozen=True):
    """One law that holds between actual and expected.

    Attributes:
        law: names it, the same for every mismatch that it explains: ``ratio N``, ``transposed``.
        text: the sentence for the learner, with the numbers of the mismatch at hand.
        evidence: how many numbers agree with it that could have disagreed. One number is a multiple of any other.
    """

    law: str
    text: str
    evidence: int = 3


class Seen(msgspec.Struct, frozen=True, eq=False):
    """One wrong answer, as arrays.

    Attributes:
        actual: what the submission returned, float64.
        expected: what is right, float64.
        sizes: numbers that may explain a factor.
        tensors: the arguments of the call that gave the answer: (``argument 1['h']``, floats or integers).
        keep: how the library of the answer is told to keep an axis that it sums.
    """

    actual: Array
    expected: Array
    sizes: dict[str, int] = {}
    tensors: tuple[tuple[str, Array], ...] = ()
    keep: str = "keepdim=True"

    @property
    def wrong(self) -> Array:
        """Where actual and expected, of one shape, differ."""
        scale = np.abs(self.expected).max(initial=0.0)
        return np.asarray(np.abs(self.actual - self.expected) > 1e-9 * scale + 1e-12)

    @property
    def floats(self) -> list[tuple[str, Array]]:
        """The arguments that are no integers."""
        return [(name, array) for name, array in self.tensors if array.dtype.kind == "f"]


class Diagnoser(Protocol):
    """Looks for one kind of law; yields every one that is literally true of what it sees."""

    def __call__(self, seen: Seen) -> Iterator[Explanation]:
        """See the class."""


def look(mismatch: Mismatch) -> Seen | None:
    """A mismatch as diagnosers see it; None where there are no finite numbers on both sides."""
    if mismatch.kind not in {"values", "shape"} or not (_numeric(mismatch.actual) and _numeric(mismatch.expected)):
        return None
    a, e = as_array(mismatch.actual), as_array(mismatch.expected)
    if max(a.size, e.size) > _MOST_NUMBERS:
        return None
    a, e = a.astype(np.float64), e.astype(np.float64)
    if not (np.isfinite(a).all() and np.isfinite(e).all()):
        return None
    keep = "keepdim=True" if is_tensor(mismatch.expected) else "keepdims=True"
    return Seen(a, e, mismatch.sizes, tuple(_tensors(mismatch)), keep)


def _numeric(value: Any) -> bool:
    if is_tensor(value):
        return not value.is_complex()
    return isinstance(value, float | np.floating) or (isinstance(value, np.ndarray) and value.dtype.kind in "fiu")


def _tensors(mismatch: Mismatch) -> Iterator[tuple[str, Array]]:
    """The tensors among the arguments, those in dicts too."""
    call = mismatch.call
    found = 0
    for number, arg in enumerate(call.args if call is not None and call.operation == Operation.CALL else (), 1):
        for key, value in arg.items() if type(arg) is dict else [(None, arg)]:
            if found < _MOST_TENSORS and (is_tensor(value) or isinstance(value, np.ndarray)):
                array = as_array(value)
                if array.dtype.kind in "fiu" and 0 < array.size <= _MOST_AT_HAND:
                    found += 1
                    name = f"argument {number}" + ("" if key is None else f"[{key!r}]")
                    yield name, array.astype(np.float64) if array.dtype.kind == "f" else array


def distinct(*arrays: Array) -> int:
    """How many different tuples of numbers there are at the same places of arrays of one shape."""
    rows = np.stack([np.round(array, 9).ravel() for array in arrays], 1)
    return len(np.unique(rows, axis=0))


def varies(array: Array) -> bool:
    """Whether an array holds more than one number."""
    return bool(array.size > 1 and np.ptp(array) > 1e-9 * np.abs(array).max())


def agree(a: Array, b: Array) -> bool:
    """Whether two arrays have one shape and agree up to rounding."""
    return a.shape == b.shape and close(a, b)
