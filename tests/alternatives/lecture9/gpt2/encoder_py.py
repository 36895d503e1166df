"""As GPT-2's released code does it: merges of strings in the alphabet, ids from a table at the very end."""

import regex as re

from .pretokenize import split


def bytes_to_unicode():
    """The character of each byte."""
    bs = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    cs, n = bs[:], 0
    for b in range(256):
        if b not in bs:
            bs.append(b)
            cs.append(256 + n)
            n += 1
    return dict(zip(bs, map(chr, cs), strict=True))


def _pairs(vocab_bpe):
    return [tuple(line.split()) for line in vocab_bpe.rstrip("\n").split("\n")[1:]]


def load_merges(vocab_bpe):
    """Merges in byte ids."""
    ids = {character: byte for byte, character in bytes_to_unicode().items()}
    merges = {}
    for left, right in _pairs(vocab_bpe):
        merges[ids[left], ids[right]] = ids[left + right] = 256 + len(merges)
    return merges


class GPT2Tokenizer:
    """Strings inside, ids outside."""

    def __init__(self, vocab_bpe):
        self.merges = load_merges(vocab_bpe)
        self.byte_encoder = bytes_to_unicode()
        self.byte_decoder = {v: k for k, v in self.byte_encoder.items()}
        pairs = _pairs(vocab_bpe)
        self.ranks = {pair: rank for rank, pair in enumerate(pairs)}
        tokens = [*self.byte_encoder.values(), *map("".join, pairs)]
        self.encoder = {token: i for i, token in enumerate(tokens)}
        self.vocab = {i: bytes(self.byte_decoder[c] for c in token) for i, token in enumerate(tokens)}
        self.end = len(tokens)

    def _bpe(self, chunk):
        word = [self.byte_encoder[b] for b in chunk.encode("utf-8")]
        while True:
            known = [pair for pair in zip(word, word[1:]) if pair in self.ranks]  # noqa: B905, RUF007
            if not known:
                return word
            left, right = min(known, key=self.ranks.get)
            i = 0
            while i < len(word) - 1:
                if word[i] == left and word[i + 1] == right:
                    word[i : i + 2] = [left + right]
                i += 1

    def _ordinary(self, text):
        return [self.encoder[token] for chunk in split(text) for token in self._bpe(chunk)]

    def encode(self, text, allowed_special="none_raise"):
        """Encode."""
        if allowed_special == "none":
            return self._ordinary(text)
        if allowed_special == "none_raise" or (allowed_special != "all" and "<|endoftext|>" not in allowed_special):
            if "<|endoftext|>" in text:
                raise ValueError("holds <|endoftext|>")
            return self._ordinary(text)
        ids = []
        for n, part in enumerate(re.split(r"<\|endoftext\|>", text)):
            ids += [self.end] * (n > 0) + self._ordinary(part)
        return ids

    def decode(self, ids):
        """Decode."""
        return b"".join({**self.vocab, self.end: b"<|endoftext|>"}[i] for i in ids).decode("utf-8", "replace")
