"""GPT-2's split as a loop over characters, by Unicode category; any other pattern by regex."""

import unicodedata

import regex

from .codec import decode, encode
from .pairs import merge

GPT2 = "as GPT-2"
_CONTRACTIONS = ("'s", "'t", "'re", "'ve", "'m", "'ll", "'d")


def _kind(char):
    if regex.match(r"\s", char):
        return "space"
    category = unicodedata.category(char)[0]
    return category if category in "LN" else "other"


def _size(text, i):
    """How long the chunk is that starts at i."""
    for contraction in _CONTRACTIONS:
        if text.startswith(contraction, i):
            return len(contraction)
    start = i + 1 if text[i] == " " and i + 1 < len(text) and _kind(text[i + 1]) != "space" else i
    kind, end = _kind(text[start]), start
    while end < len(text) and _kind(text[end]) == kind:
        end += 1
    if kind == "space" and end < len(text) and end - i > 1:
        end -= 1
    return end - i


def split(text, pattern=GPT2):
    """Split."""
    if pattern != GPT2:
        return regex.findall(pattern, text)
    chunks, i = [], 0
    while i < len(text):
        size = _size(text, i)
        chunks.append(text[i : i + size])
        i += size
    return chunks


class RegexTokenizer:
    """Sums of counts in one pass, with chunk lists."""

    def __init__(self, pattern=GPT2):
        self.pattern = pattern
        self._reset()

    def _reset(self):
        self.merges, self.vocab = {}, {i: bytes([i]) for i in range(256)}

    def train(self, text, vocab_size):
        """Train."""
        if not vocab_size >= 256:
            raise ValueError(vocab_size)
        self._reset()
        chunks = [[*chunk.encode("utf-8")] for chunk in split(text, self.pattern)]
        while len(self.vocab) < vocab_size:
            pairs = [pair for ids in chunks for pair in zip(ids, ids[1:])]  # noqa: B905, RUF007
            counts = {}
            for pair in pairs:
                counts[pair] = counts.get(pair, 0) + 1
            if not pairs:
                break
            most = max(counts.values())
            pair = next(pair for pair in pairs if counts[pair] == most)
            idx = 256 + len(self.merges)
            chunks = [merge(ids, pair, idx) for ids in chunks]
            self.merges[pair], self.vocab[idx] = idx, self.vocab[pair[0]] + self.vocab[pair[1]]

    def encode(self, text):
        """Encode, remembering chunks."""
        known = {}
        return [i for c in split(text, self.pattern) for i in known.setdefault(c, encode(c, self.merges))]

    def decode(self, ids):
        """Decode."""
        return decode(ids, self.vocab)
