"""Workers that lie: they answer what the solution answers, with something else in the place of its values.

Between a check and its worker, so that no exercise needs an attack of its own: what a submission can return, one of
these returns.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from grader.sandbox.wire import HandleInfo, Unsendable

Lie = Callable[[Any, random.Random], Any]


def zeros(value: Any, _: random.Random) -> Any:
    """Zeros, in what is computed and in what is read from an object alike: consistent, and worth nothing."""
    return _leaves(value, lambda leaf: leaf * 0)


def ones(value: Any, _: random.Random) -> Any:
    """The same with ones."""
    return _leaves(value, lambda leaf: leaf * 0 + 1)


def nan(value: Any, _: random.Random) -> Any:
    """The same with NaN, which is neither larger than a tolerance nor smaller."""
    return _leaves(value, lambda leaf: leaf * float("nan") if _is_floating(leaf) else leaf)


def other_kind(value: Any, rng: random.Random) -> Any:
    """Something that is no answer at all."""
    strange = [
        None, True, -1, 10**30, 0.5, float("nan"), "", "x" * 5000, "\x1b[2J<script>", b"\xff", 1j, [], (), {}, set(),
        [[]],
        {"": None}, {1: 2}, [None, "a"], (1, 2, 3), slice(1), torch.zeros(0), torch.ones(2, 3, dtype=torch.complex64),
        torch.tensor(True), np.zeros((0, 3)), np.float32(1), Unsendable("a sparse tensor"), torch.float32,
        HandleInfo(999_999, "object", "Value"), HandleInfo(999_999, "function", "function", "f"),
    ]  # fmt: skip
    return rng.choice(strange)


def other_leaf(value: Any, rng: random.Random) -> Any:
    """The right container with one thing in it that is none."""
    if isinstance(value, list | tuple) and value:
        items = list(value)
        place = rng.randrange(len(items))
        items[place] = other_leaf(items[place], rng)
        return type(value)(items)
    if isinstance(value, dict) and value:
        key = rng.choice(list(value))
        return {**value, key: other_leaf(value[key], rng)}
    return other_kind(value, rng)


def other_shape(value: Any, rng: random.Random) -> Any:
    """A container with an item more or less, a tensor of another shape or type, a dict with another key."""
    if isinstance(value, list | tuple):
        return type(value)(rng.choice([[*value, *value[:1]], list(value)[:-1], [], [value]]))
    if isinstance(value, dict):
        more = {**value, rng.choice([7, "extra", ("a", 1), None]): rng.choice([0, None, "x"])}
        return rng.choice([more, dict(list(value.items())[1:]), {str(key): item for key, item in value.items()}])
    if isinstance(value, torch.Tensor | np.ndarray):
        flat = value.reshape(-1)
        kinds = [flat, flat[:1], value[None], flat[:0], value != 0]
        kinds.append(value.to(torch.bfloat16) if isinstance(value, torch.Tensor) else value.astype("int8"))
        return rng.choice(kinds)
    if isinstance(value, str):
        return rng.choice([value + "x", value[:-1], "\ud800", "\x00" + value])
    if isinstance(value, int | float):
        return rng.choice([str(value), [value], torch.tensor(value), -value - 1])
    return value


CONSISTENT = ("zeros", "ones", "nan")  # told of every value alike, so that a check of one by another is fooled
LIES: dict[str, Lie] = {lie.__name__: lie for lie in (zeros, ones, nan, other_kind, other_leaf, other_shape)}


def _is_floating(leaf: Any) -> bool:
    return isinstance(leaf, float) or "float" in str(getattr(leaf, "dtype", ""))


def _leaves(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, list | tuple):
        return type(value)(_leaves(item, change) for item in value)
    if isinstance(value, dict):
        return {key: _leaves(item, change) for key, item in value.items()}
    if isinstance(value, torch.Tensor | np.ndarray | np.generic) and str(value.dtype) not in {"torch.bool", "bool"}:
        return change(value)
    return change(value) if type(value) in {int, float} else value


class Liar:
    """A peer that tells the truth about an exercise's names and lies about all else."""

    def __init__(self, peer: Any, lie: Lie, seed: str, share: float) -> None:
        self.peer, self.lie, self.share = peer, lie, share
        self.rng = random.Random(seed)

    def exchange(self, operation, target, args, kwargs, options, seconds):
        kind, value, echo = self.peer.exchange(operation, target, args, kwargs, options, seconds)
        looked_up = operation == "get" and target == 0 and isinstance(value, HandleInfo)
        if kind == "ok" and not looked_up and operation != "library" and self.rng.random() < self.share:
            value = self.lie(value, self.rng)
        return kind, value, echo
