"""No dict: the sorted characters are searched by bisection, and the error is raised by hand."""

from bisect import bisect_left
from collections.abc import Iterable


class CharTokenizer:
    """A sorted list."""

    def __init__(self, text: str) -> None:
        self.chars: list[str] = []
        for c in text:
            place = bisect_left(self.chars, c)
            if place == len(self.chars) or self.chars[place] != c:
                self.chars.insert(place, c)

    @property
    def vocab_size(self) -> int:
        """How many characters there are."""
        return len(self.chars)

    def encode(self, s: str) -> list[int]:
        """Return the places of the characters."""
        ids = []
        for c in s:
            place = bisect_left(self.chars, c)
            if self.chars[place : place + 1] != [c]:
                raise KeyError(f"the character {c} does not occur in the text")
            ids.append(place)
        return ids

    def decode(self, ids: Iterable[int]) -> str:
        """Return the characters at these places."""
        return "".join(map(self.chars.__getitem__, ids))
