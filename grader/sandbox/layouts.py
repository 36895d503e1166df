"""How an array lies in memory: a view of another one is an argument as good as a fresh array, and stays one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from grader.sandbox.lazily import np

if TYPE_CHECKING:
    Array = np.ndarray[Any, Any]
else:
    Array = Any

_MOST_TIMES = 8  # what a view of little in much would take: it is sent contiguous


def strides_of(array: Array) -> list[int] | None:
    """Where the neighbours along each axis lie, in numbers; None for a contiguous array, and for one kept so.

    An array that runs backwards counts as contiguous, and so does one that lies far apart.
    """
    if array.flags.c_contiguous or not array.size or array.itemsize == 0:
        return None
    strides = [stride // array.itemsize for stride in array.strides]
    return strides if _fits(array.shape, strides) else None


def laid_out(array: Array, strides: Sequence[Any]) -> Array:
    """A copy with the same numbers that lies as ``strides_of`` says; NaN or 0 is between them.

    Raises:
        ValueError: no array lies so.
    """
    if len(strides) != array.ndim or not all(type(stride) is int for stride in strides):
        raise ValueError("strides that do not fit the shape")
    if not _fits(array.shape, strides):
        raise ValueError("strides that take too much memory")
    memory = np.full(_span(array.shape, strides), np.nan if array.dtype.kind in "fc" else 0, array.dtype)
    view = np.lib.stride_tricks.as_strided(memory, array.shape, [stride * array.itemsize for stride in strides])
    view[...] = array
    return view


def same_layout(array: Array) -> Array:
    """A copy that lies as the array does."""
    strides = strides_of(array)
    return np.array(array, order="C") if strides is None else laid_out(array, strides)


def transposed(array: Array) -> Array:
    """A copy whose axes lie the other way round, as those of a transposed array do; a vector's numbers lie apart."""
    return np.array(array, order="F") if min(sorted(array.shape)[-2:-1], default=1) > 1 else spaced(array)


def spaced(array: Array) -> Array:
    """A copy whose numbers lie apart, as those of every second column do."""
    if not array.ndim:
        return array
    wide = [2 * stride // array.itemsize for stride in np.array(array, order="C").strides]
    return laid_out(array, wide) if array.size else array


def expanded(array: Array) -> Array:
    """The first row in the place of all, once in memory, as ``expand`` gives it."""
    if not array.ndim or not array.size:
        return array
    return np.lib.stride_tricks.as_strided(array, array.shape, [0, *array.strides[1:]])


def _span(shape: Sequence[int], strides: Sequence[int]) -> int:
    span = 1
    for n, stride in zip(shape, strides, strict=True):  # learners replace sum, and a worker lays out what it is sent
        span += (n - 1) * stride
    return span


def _fits(shape: Sequence[int], strides: Sequence[int]) -> bool:
    most = _MOST_TIMES * int(np.prod(shape, dtype=object))
    return not any(stride < 0 for stride in strides) and 0 < _span(shape, strides) <= most
