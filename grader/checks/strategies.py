"""Hypothesis strategies whose examples shrink to what can be checked by hand: small sizes, zeros, integers, halves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy


def sizes(low: int, high: int) -> SearchStrategy[int]:
    """A size, shrinking to ``low``."""
    return st.integers(low, high)


def halves(min_value: float = -4, max_value: float = 4) -> SearchStrategy[float]:
    """Multiples of 1/2, shrinking to 0 (or the bound next to it)."""
    nearest = min(max(0.0, min_value), max_value)
    steps = st.integers(int(2 * (min_value - nearest)), int(2 * (max_value - nearest)))
    return steps.map(lambda step: nearest + step / 2)


def tensors(
    shape: Sequence[int], *, min_value: float = -4, max_value: float = 4, dtype: Any = None
) -> SearchStrategy[Any]:
    """Tensors of multiples of 1/2.

    Args:
        shape: the shape.
        min_value: the smallest number.
        max_value: the largest number.
        dtype: float64 without it.

    Returns:
        A strategy of tensors that shrink towards zeros.
    """
    return _lists(halves(min_value, max_value), shape).map(lambda flat: _tensor(flat, shape, dtype or "float64"))


def integers_tensor(shape: Sequence[int], low: int, high: int) -> SearchStrategy[Any]:
    """int64 tensors with ``low <= x < high``, shrinking towards ``low``."""
    return _lists(st.integers(low, high - 1), shape).map(lambda flat: _tensor(flat, shape, "int64"))


def _lists(elements: SearchStrategy[Any], shape: Sequence[int]) -> SearchStrategy[list[Any]]:
    count = 1
    for size in shape:
        count *= size
    return st.lists(elements, min_size=count, max_size=count)


def _tensor(flat: list[Any], shape: Sequence[int], dtype: Any) -> Any:
    import torch

    kind = getattr(torch, dtype) if isinstance(dtype, str) else dtype
    return torch.tensor(flat, dtype=kind).reshape(tuple(shape))
