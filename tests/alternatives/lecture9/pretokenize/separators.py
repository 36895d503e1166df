"""One long list for all chunks, with None between them; a subclass-free tokenizer that keeps its state in a dict."""

from itertools import chain

import regex

from .codec import decode, encode

GPT2 = (
    r"'s|'t|'re|'ve|'m|'ll|'d"  # contractions
    r"|[ ]?[\p{L}]+|[ ]?[\p{N}]+"
    r"|[ ]?(?:(?!\p{L}|\p{N})\S)+"
    r"|\s+(?!\S)|\s+"
)


def split(text: str, pattern: str = GPT2) -> list[str]:
    """Split."""
    return list(regex.compile(pattern).findall(text))


class RegexTokenizer:
    """The separators are no part of any pair."""

    def __init__(self, pattern: str = GPT2) -> None:
        self.pattern = pattern
        self.merges: dict[tuple[int, int], int] = {}

    @property
    def vocab(self) -> dict[int, bytes]:
        """The bytes of each id, worked out when they are asked for."""
        vocab = {i: bytes([i]) for i in range(256)}
        for (left, right), idx in self.merges.items():
            vocab[idx] = vocab[left] + vocab[right]
        return vocab

    def train(self, text: str, vocab_size: int) -> None:
        """Train."""
        if vocab_size < 256:
            raise ValueError
        ids: list[int | None] = []
        for chunk in split(text, self.pattern):
            ids += [*chunk.encode(), None]
        self.merges = {}
        for new in range(256, vocab_size):
            counts: dict[tuple[int, int], int] = {}
            for left, right in zip(ids, ids[1:], strict=False):  # noqa: RUF007
                if left is not None and right is not None:
                    counts[left, right] = counts.get((left, right), 0) + 1
            if not counts:
                break
            best = max(counts, key=counts.__getitem__)
            self.merges[best] = new
            out: list[int | None] = []
            for token in ids:
                if out and (out[-1], token) == best:
                    out[-1] = new
                else:
                    out.append(token)
            ids = out

    def encode(self, text: str) -> list[int]:
        """Encode."""
        return list(chain(*(encode(chunk, self.merges) for chunk in split(text, self.pattern))))

    def decode(self, ids: list[int]) -> str:
        """Decode."""
        return decode(ids, self.vocab)
