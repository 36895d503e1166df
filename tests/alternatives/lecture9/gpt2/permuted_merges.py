"""Merges in GPT-2's own ids inside, on chunks of permuted bytes; only load_merges speaks the ids of the unit."""

from .codec import decode
from .pairs import get_stats, merge
from .pretokenize import split

_SEEN = [*range(33, 127), *range(161, 173), *range(174, 256)]
_ORDER = _SEEN + [b for b in range(256) if b not in _SEEN]
_CHARACTERS = [chr(b) if n < 188 else chr(68 + n) for n, b in enumerate(_ORDER)]
END = "<|endoftext|>"


def _ranked(vocab_bpe):
    ids = {character: place for place, character in enumerate(_CHARACTERS)}
    merges = {}
    for line in vocab_bpe.split("\n")[1:]:
        if line:
            left, _, right = line.partition(" ")
            merges[ids[left], ids[right]] = ids[left + right] = 256 + len(merges)
    return merges


def load_merges(vocab_bpe):
    """Merges with bytes as ids."""

    def back(i):
        return _ORDER[i] if i < 256 else i

    return {(back(left), back(right)): idx for (left, right), idx in _ranked(vocab_bpe).items()}


class GPT2Tokenizer:
    """GPT-2's numbering throughout."""

    def __init__(self, vocab_bpe):
        self.merges = load_merges(vocab_bpe)
        self._merges = _ranked(vocab_bpe)
        self.vocab = {place: bytes([byte]) for place, byte in enumerate(_ORDER)}
        for (left, right), idx in self._merges.items():
            self.vocab[idx] = self.vocab[left] + self.vocab[right]
        self._place = {byte: place for place, byte in enumerate(_ORDER)}

    def encode(self, text, allowed_special="none_raise"):
        """Encode."""
        special = allowed_special == "all" or (not isinstance(allowed_special, str) and END in allowed_special)
        if END in text and not special and allowed_special != "none":
            raise ValueError(text)
        ids = []
        for part in text.split(END) if special else [text]:
            ids.append(256 + len(self._merges))
            for chunk in split(part):
                tokens = [self._place[byte] for byte in chunk.encode()]
                while known := [pair for pair in get_stats(tokens) if pair in self._merges]:
                    first = min(known, key=self._merges.__getitem__)
                    tokens = merge(tokens, first, self._merges[first])
                ids += tokens
        return ids[1:]

    def decode(self, ids):
        """Decode."""
        return decode(ids, {**self.vocab, 256 + len(self._merges): END.encode()})
