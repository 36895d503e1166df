"""Everything in one file: the pattern as GPT-2's code has it, chunks in a plain list, one rank at a time."""

import regex as re

GPT2 = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""


def split(text, pattern=GPT2):
    """Split."""
    return [match.group(0) for match in re.finditer(pattern, text)]


class RegexTokenizer:
    """A tokenizer without any import from the other exercises."""

    def __init__(self, pattern=None):
        self.pattern = GPT2 if pattern is None else pattern
        self.compiled = re.compile(self.pattern)
        self.merges = {}
        self.vocab = {i: bytes([i]) for i in range(256)}

    def train(self, text, vocab_size):
        """Train."""
        if vocab_size < 256:
            raise ValueError("too few")
        words = [list(chunk.encode()) for chunk in self.compiled.findall(text)]
        self.__init__(self.pattern)
        for new in range(256, vocab_size):
            counts = {}
            for word in words:
                for i in range(len(word) - 1):
                    pair = word[i], word[i + 1]
                    counts[pair] = 1 + counts.get(pair, 0)
            if not counts:
                return
            best = max(counts, key=lambda pair: counts[pair])
            self.merges[best] = new
            self.vocab[new] = b"".join(self.vocab[part] for part in best)
            for word in words:
                self._join(word, best, new)

    @staticmethod
    def _join(word, pair, new):
        i = 0
        while i < len(word) - 1:
            if word[i] == pair[0] and word[i + 1] == pair[1]:
                word[i : i + 2] = [new]
            i += 1

    def encode(self, text):
        """Encode."""
        out = []
        for chunk in self.compiled.findall(text):
            word = list(chunk.encode())
            for pair, new in self.merges.items():
                self._join(word, pair, new)
            out.extend(word)
        return out

    def decode(self, ids):
        """Decode."""
        return b"".join([self.vocab[i] for i in ids]).decode(errors="replace")
