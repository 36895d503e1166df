"""Random inputs, drawn with the generator of a check's fixture ``rng``: fresh in every run, and the same for its seed.

For an exercise with torch. A property that Hypothesis searches draws with ``strategies``, whose examples shrink.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_SEEDS = 2**31


def normal(rng: torch.Generator, *shape: int, scale: float = 1.0) -> torch.Tensor:
    """Normal numbers in float64, with mean 0 and standard deviation ``scale``."""
    import torch

    return scale * torch.randn(shape, generator=rng, dtype=torch.float64)


def integer(rng: torch.Generator, low: int, high: int) -> int:
    """An integer, ``low <= n <= high``."""
    import torch

    return int(torch.randint(low, high + 1, (), generator=rng))


def new_seed(rng: torch.Generator) -> int:
    """A seed for a generator, 0 or more."""
    return integer(rng, 0, _SEEDS - 1)


def generators(rng: torch.Generator) -> tuple[torch.Generator, torch.Generator]:
    """Two generators in one new state: one for the submission, one for the oracle."""
    seed = new_seed(rng)
    return generator(seed), generator(seed)


def new_state(rng: torch.Generator) -> torch.Tensor:
    """A state for a generator, as ``torch.set_rng_state`` takes it."""
    return generator(new_seed(rng)).get_state()


def generator(seed: int) -> torch.Generator:
    """A generator in the state of a seed."""
    import torch

    return torch.Generator().manual_seed(seed)
