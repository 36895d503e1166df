"""Functions that found no end: after two checks have waited for one in vain, a third does not."""

from __future__ import annotations

CALL_SECONDS = 6.0  # the usual limit of a call
_TWICE = 2


class Endless:
    """What ran out of time in the checks of an exercise so far.

    One time-out may be one input's. Two, or one of a limit that is twice the usual, are the function's: whoever loops
    costs a class fifteen seconds an exercise, not six for each of its checks.
    """

    def __init__(self) -> None:
        self._checks: dict[str, list[tuple[float, str]]] = {}  # function -> limits and checks that ran out

    def note(self, function: str, check: str, seconds: float) -> None:
        """A call of a function, or all of a check together, brought no answer in this time."""
        self._checks.setdefault(function, []).append((seconds, check))

    def since(self, function: str, seconds: float) -> str:
        """The check since which a function is not called any more with such a limit; empty where it is."""
        found = [(limit, check) for limit, check in self._checks.get(function, ()) if limit >= seconds]
        enough = len(found) >= _TWICE or any(limit >= _TWICE * CALL_SECONDS for limit, _ in found)
        return found[-1][1] if enough else ""
