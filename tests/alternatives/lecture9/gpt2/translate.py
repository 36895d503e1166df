"""The file is turned into bytes by str.translate to Latin-1; ids are renumbered through a list of 256."""

from .special import SpecialTokenizer


def _order():
    first = [b for b in range(256) if 32 < b < 127 or (b > 160 and b != 173)]
    return first + sorted(set(range(256)) - set(first))


def load_merges(vocab_bpe):
    """Merges."""
    table = {256 + n: chr(byte) for n, byte in enumerate(_order()[188:])}
    merges, known = {}, {chr(b): b for b in range(256)}
    _, *lines = vocab_bpe.strip("\n").split("\n")
    for new, line in enumerate(lines, 256):
        left, right = (token.translate(table) for token in line.split(" "))
        merges[(known[left], known[right])] = new
        known[left + right] = new
    return merges


class GPT2Tokenizer(SpecialTokenizer):
    """Works in bytes throughout, and renumbers on the way in and out."""

    def __init__(self, vocab_bpe):
        super().__init__()
        self.merges = load_merges(vocab_bpe)
        self._order = _order()
        self.special_tokens = {"<|endoftext|>": 256 + len(self.merges)}
        for (a, b), new in self.merges.items():
            self.vocab[new] = self.vocab[a] + self.vocab[b]
        self.vocab = {i: self.vocab[self._order[i] if i < 256 else i] for i in self.vocab}

    def encode(self, text, allowed_special="none_raise"):
        """Encode."""
        ids = super().encode(text, allowed_special)
        return [self._order.index(i) if i < 256 else i for i in ids]
