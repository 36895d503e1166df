"""Derivatives to the last digit without an autograd engine, for oracles of one: the complex step.

For a function that is analytic where it is asked, f(x + ih) = f(x) + ih·f′(x) − h²·…: with h = 1e-30 the imaginary part
over h is the derivative, and nothing is subtracted, so no digit is lost (Squire and Trapp, "Using complex variables to
estimate derivatives of real functions", 1998). Functions that compare must compare real parts, as ``relu`` does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

STEP = 1e-30


def relu(x: NDArray[Any]) -> NDArray[Any]:
    """max(x, 0) of real or complex numbers; its derivative at 0 is 0."""
    return np.where(x.real > 0, x, 0)


def cross_entropy(logits: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
    """The mean of −log softmax(logits)[y] over the examples, for any leading axes.

    Args:
        logits: (…, B, C), real or complex.
        y: (B,) classes.
    """
    shifted = logits - logits.real.max(-1, keepdims=True)
    logprobs = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return np.asarray(-logprobs[..., np.arange(len(y)), y].mean(-1))


def gradients(function: Callable[..., Any], *arrays: NDArray[Any]) -> tuple[float, list[NDArray[np.float64]]]:
    """(value, gradients) of a function of arrays that returns a number.

    Args:
        function: gets each array with one leading axis more, an entry for every number of which one is nudged, and
            returns a number for each of them: written with ``…`` axes and NumPy's functions.
        arrays: where, float64.

    Example:
        ``gradients(lambda x, w: (x @ w[..., None])[..., 0].sum(-1), x, w)``
    """
    count = sum(array.size for array in arrays)
    nudged, start = list[NDArray[np.complex128]](), 0
    for array in arrays:
        many = np.repeat(array[None].astype(np.complex128), count, axis=0)
        places = np.arange(array.size)
        many.reshape(count, -1)[start + places, places] += STEP * 1j
        nudged.append(many)
        start += array.size
    results = np.asarray(function(*nudged))
    slopes = np.split(results.imag / STEP, np.cumsum([array.size for array in arrays])[:-1])
    shaped = [slope.reshape(array.shape) for slope, array in zip(slopes, arrays, strict=True)]
    return float(results.real[0]), shaped
