"""Did you mean …: the nearest known names, and names made safe to print."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Names come from submissions too, which may define any number of them, of any length. At these limits the costliest
# names cost 40 ms.
_MOST_CANDIDATES = 2_000
_LONGEST = 100
_LONGEST_COMPARED = 64
_MOST_COMPARED = 4  # to the letter: difflib may take the cube of their length
_NEAR = 0.7
CELL = ".ipynb, cell "  # in what is shown for the file of a notebook's line


def closest(name: str, candidates: Iterable[str], *, cutoff: float = _NEAR) -> str | None:
    """Find the candidate that was most likely meant; see ``nearest``.

    >>> closest("lecture5.crossentropy", ["lecture5.cross_entropy", "lecture5.train"])
    'lecture5.cross_entropy'
    """
    return next(iter(nearest(name, candidates, 1, cutoff=cutoff)), None)


def nearest(name: str, candidates: Iterable[str], most: int, *, cutoff: float = _NEAR) -> list[str]:
    """Find the candidates that were most likely meant, in a time that no names can make long.

    Case, underscores, hyphens, dots and spaces do not count; after that, small misspellings are forgiven.

    Args:
        name: what was written.
        candidates: what exists, the likelier first; at most 2,000 of them are looked at.
        most: how many are wanted, four at most.
        cutoff: how alike they must be: the share of letters that both have, in the same order.

    Returns:
        The candidates, the nearest first; none where nothing is near enough to be worth suggesting.
    """
    target = plain(name)
    known: dict[str, list[str]] = {}
    for candidate in islice(candidates, _MOST_CANDIDATES):
        known.setdefault(plain(candidate), []).append(candidate)
    if target in known and target:
        return [_spelled_alike(name, known[target])]
    if not 0 < len(target) <= _LONGEST_COMPARED:
        return []
    likely = _likely(target, known, cutoff)
    if not likely:
        return []
    from difflib import get_close_matches

    return [_spelled_alike(name, known[key]) for key in get_close_matches(target, likely, most, cutoff)]


def _spelled_alike(name: str, spellings: list[str]) -> str:
    """Of ``Softmax``, ``_softmax`` and ``softmax`` the one that begins as the name does."""
    return next((spelling for spelling in spellings if spelling[:1] == name[:1]), spellings[0])


def _likely(target: str, keys: Iterable[str], cutoff: float) -> list[str]:
    """The few keys with the longest common subsequences: difflib finds no more in common, and takes longer."""
    places: dict[str, int] = {}
    for place, char in enumerate(target):
        places[char] = places.get(char, 0) | 1 << place
    everywhere = (1 << len(target)) - 1
    found: list[tuple[float, str]] = []
    for key in keys:
        together = len(target) + len(key)
        if not key or len(key) > _LONGEST_COMPARED or 2 * min(len(target), len(key)) < cutoff * together:
            continue
        row = everywhere  # a row of the table of common subsequences, a bit for each step up (Hyyrö, 2004)
        for char in key:
            same = row & places.get(char, 0)
            row = (row + same) | (row - same)
        common = (~row & everywhere).bit_count()
        if 2 * common >= cutoff * together:
            found.append((-2 * common / together, key))
    return [key for _, key in sorted(found, key=lambda pair: pair[0])[:_MOST_COMPARED]]


def plain(name: str) -> str:
    """Reduce a name to its lower-case letters and digits, and to at most 100 of them."""
    return "".join(filter(str.isalnum, name[:_LONGEST].lower()))


def one_of(names: Sequence[str]) -> str:
    """Join alternatives as a sentence does: ``a``, ``a or b``, ``a, b or c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def place_of(file: str, line: int) -> str:
    """A line of a file as an editor opens it, ``head.py:3``; of a cell in words, ``hw.ipynb, cell 7, line 3``."""
    return f"{file}, line {line}" if CELL in file else f"{file}:{line}"


def printable(text: str, longest: int = 200) -> str:
    """Make a name from a submission safe for a terminal: no control characters, no endless lines."""
    shown = "".join(char if char.isprintable() else "?" for char in text[: longest + 1])
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"
