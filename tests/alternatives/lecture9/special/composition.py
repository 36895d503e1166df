"""No inheritance: a RegexTokenizer inside, and matches found by regex.finditer."""

import regex

from .pretokenize import GPT2, RegexTokenizer


class SpecialTokenizer:
    """Hands ordinary text on."""

    def __init__(self, pattern=GPT2):
        self.ordinary = RegexTokenizer(pattern)
        self.special_tokens = {}

    @property
    def merges(self):
        """The merges."""
        return self.ordinary.merges

    @property
    def vocab(self):
        """The vocabulary."""
        return self.ordinary.vocab

    def train(self, text, vocab_size):
        """Train."""
        self.ordinary.train(text, vocab_size)

    def register_special_tokens(self, special_tokens):
        """Register."""
        self.special_tokens = dict(special_tokens)

    def encode(self, text, allowed_special="none_raise"):
        """Encode."""
        if allowed_special == "none":
            return self.ordinary.encode(text)
        if allowed_special == "all":
            allowed_special = self.special_tokens.keys()
        elif allowed_special == "none_raise":
            allowed_special = ()
        elif type(allowed_special) is str:
            raise ValueError("none of the modes")
        names = sorted(self.special_tokens, key=len)[::-1]
        if any(name not in allowed_special and name in text for name in names):
            raise ValueError("not allowed")
        names = [name for name in names if name in allowed_special]
        ids, end = [], 0
        if names:
            for match in regex.finditer("|".join(regex.escape(name) for name in names), text):
                ids.extend(self.ordinary.encode(text[end : match.start()]))
                ids.append(self.special_tokens[match[0]])
                end = match.end()
        return ids + self.ordinary.encode(text[end:])

    def decode(self, ids):
        """Decode runs of ordinary ids at once: no special token holds half a character."""
        names = {idx: name for name, idx in self.special_tokens.items()}
        out, run = "", []
        for idx in ids:
            if idx in names:
                out += self.ordinary.decode(run) + names[idx]
                run = []
            else:
                run.append(idx)
        return out + self.ordinary.decode(run)
