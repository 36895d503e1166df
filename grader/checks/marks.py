"""Decorators that say what a check is worth, what of it is shown, and how long it may take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

_F = TypeVar("_F", bound=Callable[..., Any])

_POINTS, _HIDDEN, _LIMIT = "gradlings_points", "gradlings_hidden", "gradlings_limit"
_TRAINING, _FULL, _DEVICE = "gradlings_training", "gradlings_full", "gradlings_device"
_NEEDS, _BONUS = "gradlings_needs", "gradlings_bonus"


def points(number: float) -> Callable[[_F], _F]:
    """Say what a check (each case of it) is worth; 1 without this."""
    if number <= 0:
        raise ValueError("a check is worth more than 0 points")
    return _marker(_POINTS, number)


def needs(*checks: str) -> Callable[[_F], _F]:
    """Say that a check can mean nothing while another one fails: it is not run then, and says what it waits for.

    Args:
        checks: names of checks that stand earlier in the file; of a parametrised one, no case may have failed.

    Example:
        @needs("test_matches_torch")
        def test_training(submission, rng): ...
    """
    if not checks or any(not name.startswith("test_") for name in checks):
        raise ValueError("needs takes the names of the checks that it waits for, as they are defined: test_…")
    return _marker(_NEEDS, checks)


def bonus(function: _F) -> _F:
    """Say that a check asks for more than the exercise: its points are counted apart, and "done" does not need them."""
    return _marker(_BONUS, True)(function)


def hidden(function: _F) -> _F:
    """Show the learner no expected values of this check. Checks that use ``reference`` are hidden anyway."""
    return _marker(_HIDDEN, True)(function)


def limit(seconds: float) -> Callable[[_F], _F]:
    """Give each call into the submission this many seconds of wall time; 10 without this."""
    return _marker(_LIMIT, seconds)


def training(function: _F) -> _F:
    """Say that a check trains for more than about a second.

    Every run of the exercise has it. `grade validate` repeats it less often, and tries a wrong answer on it only when
    no other check has rejected and named it.
    """
    return _marker(_TRAINING, True)(function)


@overload
def full(function: _F) -> _F: ...
@overload
def full(*, device: str) -> Callable[[_F], _F]: ...
def full(function: _F | None = None, *, device: str = "") -> _F | Callable[[_F], _F]:
    """Leave a check to full mode, ``grade … --full``: it wants the real data, or minutes.

    Args:
        function: the check.
        device: leave it to ``--device cuda`` too: on a CPU it would take hours.

    Example:
        @full(device="cuda")
        def test_learns_at_full_size(submission, rng, device): ...
    """

    def mark(function: _F) -> _F:
        return _marker(_DEVICE, device)(_marker(_FULL, True)(function))

    return mark if function is None else mark(function)


def _marker(name: str, value: Any) -> Callable[[_F], _F]:
    def mark(function: _F) -> _F:
        setattr(function, name, value)
        return function

    return mark


def points_of(function: Any) -> float:
    """What the check is worth."""
    return float(getattr(function, _POINTS, 1.0))


def is_hidden(function: Any) -> bool:
    """Whether expected values are hidden by decorator."""
    return bool(getattr(function, _HIDDEN, False))


def needs_of(function: Any) -> tuple[str, ...]:
    """The checks that it waits for."""
    return tuple(getattr(function, _NEEDS, ()))


def is_bonus(function: Any) -> bool:
    """Whether "done" does without it."""
    return bool(getattr(function, _BONUS, False))


def limit_of(function: Any) -> float | None:
    """The deadline of each call, if it was set."""
    return getattr(function, _LIMIT, None)


def is_training(function: Any) -> bool:
    """Whether the check trains for more than about a second."""
    return bool(getattr(function, _TRAINING, False))


def is_full(function: Any) -> bool:
    """Whether the check runs in full mode alone."""
    return bool(getattr(function, _FULL, False))


def device_of(function: Any) -> str:
    """The device that the check cannot do without; empty when any will do."""
    return str(getattr(function, _DEVICE, ""))
