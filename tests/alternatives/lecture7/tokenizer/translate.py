"""str.translate for the way back, a dict made by zip for the way there."""

from collections.abc import Iterable


class CharTokenizer:
    """Tables."""

    def __init__(self, text: str) -> None:
        self.chars = sorted(dict.fromkeys(text))
        self.vocab_size = len(self.chars)
        self._ids = dict(zip(self.chars, range(self.vocab_size), strict=True))
        self._table = dict(enumerate(self.chars))

    def encode(self, s: str) -> list[int]:
        """Return the ids."""
        return list(map(self._ids.__getitem__, s))

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text, by way of a string whose code points are the ids."""
        return "".join(chr(i) for i in ids).translate(self._table)
