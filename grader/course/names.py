"""Did you mean …: the nearest known name, and names made safe to print."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MOST_CANDIDATES = 2_000  # names come from submissions too, which may define any number of them
_LONGEST = 100


def closest(name: str, candidates: Iterable[str]) -> str | None:
    """Find the candidate that was most likely meant.

    Case, underscores, hyphens, dots and spaces do not count; after that, small misspellings are forgiven.

    >>> closest("lecture5.crossentropy", ["lecture5.cross_entropy", "lecture5.train"])
    'lecture5.cross_entropy'

    Args:
        name: what was written.
        candidates: what exists, the likelier first; at most 2,000 of them are looked at.

    Returns:
        The candidate, or None where nothing is near enough to be worth suggesting.
    """
    target = plain(name)
    known: dict[str, str] = {}
    for candidate in islice(candidates, _MOST_CANDIDATES):
        known.setdefault(plain(candidate), candidate)
    if not target:
        return None
    if target in known:
        return known[target]
    from difflib import get_close_matches

    near = get_close_matches(target, [key for key in known if key], n=1, cutoff=0.7)
    return known[near[0]] if near else None


def plain(name: str) -> str:
    """Reduce a name to its lower-case letters and digits, and to at most 100 of them."""
    return "".join(char for char in name[:_LONGEST].lower() if char.isalnum())


def one_of(names: Sequence[str]) -> str:
    """Join alternatives as a sentence does: ``a``, ``a or b``, ``a, b or c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def printable(text: str, longest: int = 200) -> str:
    """Make a name from a submission safe for a terminal: no control characters, no endless lines."""
    shown = "".join(char if char.isprintable() else "?" for char in text[: longest + 1])
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"
