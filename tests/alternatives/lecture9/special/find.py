"""str.find for each allowed token: the leftmost, and of those the longest, then on behind it."""

from .pretokenize import GPT2, RegexTokenizer


class SpecialTokenizer(RegexTokenizer):
    """No regular expression."""

    def __init__(self, pattern=GPT2):
        super().__init__(pattern)
        self.special_tokens = {}

    def register_special_tokens(self, special_tokens):
        """Register."""
        self.special_tokens = special_tokens

    def encode(self, text, allowed_special="none_raise"):
        """Encode."""
        match allowed_special:
            case "all":
                allowed, refused = set(self.special_tokens), set()
            case "none":
                allowed, refused = set(), set()
            case "none_raise":
                allowed, refused = set(), set(self.special_tokens)
            case str():
                raise ValueError(allowed_special)
            case _:
                allowed = set(self.special_tokens) & set(allowed_special)
                refused = set(self.special_tokens) - allowed
        if any(name in text for name in refused):
            raise ValueError("a special token that is not allowed")
        ids = []
        while True:
            found = [(text.find(name), -len(name), name) for name in allowed if name in text]
            if not found:
                return ids + super().encode(text)
            at, _, name = min(found)
            ids += super().encode(text[:at])
            ids.append(self.special_tokens[name])
            text = text[at + len(name) :]

    def decode(self, ids):
        """Decode."""
        names = {idx: name for name, idx in self.special_tokens.items()}
        data = bytearray()
        for idx in ids:
            data += names[idx].encode() if idx in names else self.vocab[idx]
        return data.decode("utf-8", "replace")
