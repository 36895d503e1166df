"""Random inputs, drawn with the generator of a check's fixture ``rng``: fresh in every run, and the same for its seed.

One set for both kinds of generator: torch's gives tensors; NumPy's, which an exercise without torch has, gives arrays.
A property that Hypothesis searches draws with ``strategies``, whose examples shrink.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

import numpy as np

from grader.checks.context import current
from grader.sandbox.layouts import Array, spaced, transposed

if TYPE_CHECKING:
    import torch

    Rng = torch.Generator | np.random.Generator
    _Rng = TypeVar("_Rng", torch.Generator, np.random.Generator)

_SEEDS = 2**31


def normal(rng: Rng, *shape: int, scale: float = 1.0) -> Any:
    """Normal numbers in float64, with mean 0 and standard deviation ``scale``.

    Two of three of a check are views of other arrays, as arguments often are: one is transposed in memory, the numbers
    of another lie apart. Where the stub allows what only a contiguous one can, ``normal(…).contiguous()``, or
    ``np.ascontiguousarray(normal(…))``.

    Example:
        x = normal(rng, N, D)  # (N, D)
    """
    if isinstance(rng, np.random.Generator):
        return _in_turn(np.asarray(scale * rng.standard_normal(shape)))
    import torch

    return torch.from_numpy(_in_turn((scale * torch.randn(shape, generator=rng, dtype=torch.float64)).numpy()))


def _in_turn(array: Array) -> Array:
    """The array as the check's next draw is to lie. By turns and not by chance: every seed treats an answer alike."""
    context = current()
    context.draws += 1
    return (array, transposed(array), spaced(array))[context.draws % 3]


def uniform(rng: Rng, low: float, high: float, *shape: int) -> Any:
    """Numbers in float64, ``low <= x < high``: gains and variances that keep away from 0 and 1.

    Example:
        gain = uniform(rng, 1.5, 2.5, D)  # (D,)
    """
    if isinstance(rng, np.random.Generator):
        return np.asarray(rng.uniform(low, high, shape))
    import torch

    return low + (high - low) * torch.rand(shape, generator=rng, dtype=torch.float64)


def integer(rng: Rng, low: int, high: int) -> int:
    """An integer, ``low <= n <= high``."""
    if isinstance(rng, np.random.Generator):
        return int(rng.integers(low, high + 1))
    import torch

    return int(torch.randint(low, high + 1, (), generator=rng))


def integers(rng: Rng, low: int, high: int, *shape: int) -> Any:
    """int64 numbers, ``low <= n <= high`` each, as ``integer`` has it.

    Example:
        targets = integers(rng, 0, C - 1, N)  # (N,)
    """
    if isinstance(rng, np.random.Generator):
        return np.asarray(rng.integers(low, high + 1, shape))
    import torch

    return torch.randint(low, high + 1, shape, generator=rng)


def new_seed(rng: Rng) -> int:
    """A seed for a generator, 0 or more."""
    return integer(rng, 0, _SEEDS - 1)


def generators(rng: _Rng) -> tuple[_Rng, _Rng]:
    """Two generators of the kind of ``rng`` in one new state: one for the submission, one for the oracle."""
    seed = new_seed(rng)
    return generator(seed, rng), generator(seed, rng)


def new_state(rng: torch.Generator) -> torch.Tensor:
    """A state for torch's generators, as ``torch.set_rng_state`` takes it."""
    return generator(new_seed(rng)).get_state()


@overload
def generator(seed: int) -> torch.Generator: ...
@overload
def generator(seed: int, like: _Rng) -> _Rng: ...
def generator(seed: int, like: Any = None) -> Any:
    """A generator in the state of a seed.

    Args:
        seed: which.
        like: a generator of the kind that is wanted; torch's without it.
    """
    if isinstance(like, np.random.Generator):
        return np.random.default_rng(seed)
    import torch

    return torch.Generator().manual_seed(seed)
