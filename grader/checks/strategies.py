"""Hypothesis strategies whose examples shrink to what is checked by hand: small sizes, zeros, integers, halves.

A tensor is drawn as one string of bytes, a byte a number. Drawing number by number costs ten times as much, and most of
a check's time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from grader.sandbox.layouts import Array, expanded, spaced, transposed

_BYTE = 256


def sizes(low: int, high: int) -> SearchStrategy[int]:
    """A size, shrinking to ``low``."""
    return st.integers(low, high)


def tensors(
    shape: Sequence[int], *, min_value: float = -4, max_value: float = 4, dtype: Any = None
) -> SearchStrategy[Any]:
    """Tensors of multiples of 1/2, some of them views: transposed, spaced, or one row expanded.

    Args:
        shape: the shape.
        min_value: the smallest number.
        max_value: the largest number, less than 127 above the smallest.
        dtype: float64 without it.

    Returns:
        A strategy of tensors that shrink towards 0, or the bound next to it, and towards contiguous ones.
    """
    halves = _nearest_first(math.ceil(2 * min_value), math.floor(2 * max_value))
    return _numbers([value / 2 for value in halves], shape, dtype or "float64", views=True)


def arrays(shape: Sequence[int], *, min_value: float = -4, max_value: float = 4) -> SearchStrategy[Array]:
    """What ``tensors`` draws, as NumPy's arrays in float64: for an exercise without torch, whose checks need none."""
    halves = np.array(_nearest_first(math.ceil(2 * min_value), math.floor(2 * max_value))) / 2
    count = math.prod(shape)

    def array(raw: bytes) -> Array:
        made = halves[np.frombuffer(raw[:count], np.uint8) % len(halves)].reshape(tuple(shape))
        return _LAYOUTS[raw[count] % len(_LAYOUTS)](made)

    return st.binary(min_size=count + 1, max_size=count + 1).map(array)


def integers_tensor(shape: Sequence[int], low: int, high: int) -> SearchStrategy[Any]:
    """int64 tensors with ``low <= x < high``, shrinking towards ``low``."""
    return _numbers(list(range(low, high)), shape, "int64", views=False)


def _nearest_first(low: int, high: int) -> list[int]:
    """0, 1, −1, 2, −2, … as far as they lie within the bounds."""
    return sorted(range(low, high + 1), key=lambda n: (abs(n), n < 0))


def _numbers(values: list[Any], shape: Sequence[int], dtype: Any, *, views: bool) -> SearchStrategy[Any]:
    if not 0 < len(values) <= _BYTE:
        raise ValueError(f"{len(values)} different numbers do not fit in a byte")
    count = math.prod(shape)

    def tensor(raw: bytes) -> Any:
        import torch

        kind = getattr(torch, dtype) if isinstance(dtype, str) else dtype
        numbers = [values[byte % len(values)] for byte in raw[:count]]
        made = torch.tensor(numbers, dtype=kind).reshape(tuple(shape))
        if not views or kind is torch.bfloat16:
            return made
        return torch.from_numpy(_LAYOUTS[raw[count] % len(_LAYOUTS)](made.numpy()))

    return st.binary(min_size=count + views, max_size=count + views).map(tensor)


def _as_it_is(array: Array) -> Array:
    return array


_LAYOUTS = (_as_it_is, transposed, spaced, _as_it_is, transposed, expanded)
