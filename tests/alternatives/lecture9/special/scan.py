"""A scan over the places of the text, the longest names tried first."""

from .pretokenize import GPT2, RegexTokenizer


class SpecialTokenizer(RegexTokenizer):
    """The bytes of the special tokens are kept beside the vocabulary."""

    def __init__(self, pattern=GPT2):
        RegexTokenizer.__init__(self, pattern)
        self.special_tokens = {}
        self._bytes = {}

    def register_special_tokens(self, special_tokens):
        """Register."""
        self.special_tokens = {**special_tokens}
        self._bytes = {idx: name.encode("utf-8") for name, idx in special_tokens.items()}

    def _allowed(self, text, allowed_special):
        if allowed_special in ("all", "none"):
            return list(self.special_tokens) if allowed_special == "all" else []
        if allowed_special == "none_raise":
            allowed_special = frozenset()
        if isinstance(allowed_special, str):
            raise ValueError(allowed_special)  # noqa: TRY004
        for name in self.special_tokens:
            if name not in allowed_special and text.find(name) >= 0:
                raise ValueError(name)
        return [name for name in self.special_tokens if name in allowed_special]

    def encode(self, text, allowed_special="none_raise"):
        """Encode."""
        allowed = sorted(self._allowed(text, allowed_special), key=lambda name: -len(name))
        ids, start, i = [], 0, 0
        while i < len(text):
            name = next((name for name in allowed if text.startswith(name, i)), None)
            if name is None:
                i += 1
                continue
            ids += [*RegexTokenizer.encode(self, text[start:i]), self.special_tokens[name]]
            i += len(name)
            start = i
        return ids + RegexTokenizer.encode(self, text[start:])

    def decode(self, ids):
        """Decode."""
        return b"".join({**self.vocab, **self._bytes}[i] for i in ids).decode(errors="replace")
