"""What learners get wrong in lecture9.special."""
# ruff: noqa: F821

import regex

from grader.checks import misconception


def _mode(allowed_special):
    if isinstance(allowed_special, str) and allowed_special not in {"all", "none", "none_raise"}:
        raise ValueError("no such mode")


def _cut(tokenizer, text, allowed, ordinary, escape=regex.escape, order=None):
    """Encode with the allowed special tokens cut out."""
    if not allowed:
        return ordinary(text)
    names = sorted(allowed, key=len, reverse=True) if order is None else order(allowed)
    ids = []
    for part in regex.split("(" + "|".join(map(escape, names)) + ")", text):
        ids += [allowed[part]] if part in allowed else ordinary(part)
    return ids


@misconception(
    "Special tokens count by default here, so anybody who types <|endoftext|> ends the text. Without being asked, none "
    'counts: the default is "none_raise".',
    name="all-by-default",
)
class SpecialTokenizer(SpecialTokenizer):
    def encode(self, text, allowed_special="all"):
        return super().encode(text, allowed_special)


@misconception(
    "Special tokens always become their ids, whatever allowed_special says. Find out first which of them are allowed.",
    name="always-special",
)
class SpecialTokenizer(SpecialTokenizer):
    def encode(self, text, allowed_special="none_raise"):
        return super().encode(text, "all")


@misconception(
    "Special tokens are always ordinary text. Cut the text at those that are allowed, and put their ids in.",
    name="never-special",
)
class SpecialTokenizer(SpecialTokenizer):
    def encode(self, text, allowed_special="none_raise"):
        return super().encode(text, "none")


@misconception(
    'By default a special token in the text is taken as ordinary text. "none_raise" refuses it with a ValueError; only '
    '"none" lets it pass.',
    name="default-does-not-raise",
)
class SpecialTokenizer(SpecialTokenizer):
    def encode(self, text, allowed_special="none_raise"):
        return super().encode(text, "none" if allowed_special == "none_raise" else allowed_special)


@misconception(
    '"none" raises here, as "none_raise" does. With "none", special tokens in the text are ordinary text.',
    name="none-raises",
)
class SpecialTokenizer(SpecialTokenizer):
    def encode(self, text, allowed_special="none_raise"):
        return super().encode(text, "none_raise" if allowed_special == "none" else allowed_special)


@misconception(
    "With a set, special tokens outside of it pass as ordinary text. A text that holds one of them is refused with a "
    "ValueError.",
    name="set-does-not-raise",
)
class SpecialTokenizer(SpecialTokenizer):
    def encode(self, text, allowed_special="none_raise"):
        if isinstance(allowed_special, str):
            return super().encode(text, allowed_special)
        allowed = {name: idx for name, idx in self.special_tokens.items() if name in allowed_special}
        return _cut(self, text, allowed, lambda part: super(SpecialTokenizer, self).encode(part, "none"))


@misconception(
    "With a set, all special tokens count. Only those in the set do; others in the text raise ValueError.",
    name="set-as-all",
)
class SpecialTokenizer(SpecialTokenizer):
    def encode(self, text, allowed_special="none_raise"):
        return super().encode(text, allowed_special if isinstance(allowed_special, str) else "all")


@misconception(
    "A name in the set that is not registered raises an error here. It is no special token: ignore it, and let it be "
    "ordinary text.",
    name="unknown-name-raises",
)
class SpecialTokenizer(SpecialTokenizer):
    def encode(self, text, allowed_special="none_raise"):
        if not isinstance(allowed_special, str):
            [self.special_tokens[name] for name in allowed_special]
        return super().encode(text, allowed_special)


@misconception(
    "The special tokens go into the pattern as they are, and their |, +, ( and . mean something there. Put "
    "regex.escape around each.",
    name="not-escaped",
)
class SpecialTokenizer(SpecialTokenizer):
    def encode(self, text, allowed_special="none_raise"):
        ordinary = super().encode
        ordinary(text, allowed_special)
        if allowed_special in ("none", "none_raise"):
            return ordinary(text, allowed_special)
        chosen = self.special_tokens if allowed_special == "all" else allowed_special
        allowed = {name: idx for name, idx in self.special_tokens.items() if name in chosen}
        if not allowed:
            return ordinary(text, "none")
        ids = []
        for part in regex.split("(" + "|".join(allowed) + ")", text):
            if part:
                ids += [allowed[part]] if part in allowed else ordinary(part, "none")
        return ids


@misconception(
    "A special token with ( in it makes a group of the pattern, and regex.split then gives None, which is no text. Put "
    "regex.escape around each special token.",
    name="not-escaped-none",
)
class SpecialTokenizer(SpecialTokenizer):
    def encode(self, text, allowed_special="none_raise"):
        ordinary = super().encode
        ordinary(text, allowed_special)
        if isinstance(allowed_special, str):
            chosen = self.special_tokens if allowed_special == "all" else {}
        else:
            chosen = allowed_special
        allowed = {name: idx for name, idx in self.special_tokens.items() if name in chosen}
        return _cut(self, text, allowed, lambda part: ordinary(part, "none"), escape=str)


@misconception(
    "The text behind the last special token is lost. After the loop, encode what is left: the text from the end of "
    "the last match on.",
    name="tail-lost",
)
class SpecialTokenizer(SpecialTokenizer):
    def encode(self, text, allowed_special="none_raise"):
        ordinary = super().encode
        ids = ordinary(text, allowed_special)
        if allowed_special in ("none", "none_raise"):
            return ids
        chosen = self.special_tokens if allowed_special == "all" else allowed_special
        names = sorted((name for name in self.special_tokens if name in chosen), key=len, reverse=True)
        if not names:
            return ids
        ids, end = [], 0
        for match in regex.finditer("|".join(map(regex.escape, names)), text):
            ids += [*ordinary(text[end : match.start()], "none"), self.special_tokens[match[0]]]
            end = match.end()
        return ids


@misconception(
    "The ids of each piece are put in as a list, so lists stand in a list. extend (or +=) puts in the ids themselves; "
    "append only the single id of a special token.",
    name="encode-appends",
)
class SpecialTokenizer(SpecialTokenizer):
    def encode(self, text, allowed_special="none_raise"):
        ordinary = super().encode
        ids = ordinary(text, allowed_special)
        if allowed_special in ("none", "none_raise"):
            return ids
        chosen = self.special_tokens if allowed_special == "all" else allowed_special
        allowed = {name: idx for name, idx in self.special_tokens.items() if name in chosen}
        if not allowed:
            return ids
        names = sorted(allowed, key=len, reverse=True)
        ids = []
        for part in regex.split("(" + "|".join(map(regex.escape, names)) + ")", text):
            ids.append(allowed[part] if part in allowed else ordinary(part, "none"))
        return ids


@misconception(
    "Where one special token is the beginning of another, the shorter one wins. Put the longest first in the pattern: "
    "of alternatives, the first that fits is taken.",
    name="shortest-first",
)
class SpecialTokenizer(SpecialTokenizer):
    def encode(self, text, allowed_special="none_raise"):
        ordinary = super().encode
        if allowed_special != "all":
            return ordinary(text, allowed_special)
        return _cut(self, text, self.special_tokens, lambda p: ordinary(p, "none"), order=lambda a: sorted(a, key=len))


@misconception(
    "Where one special token is the beginning of another, the one registered first wins. The longest does: sort by "
    "length before you make the pattern.",
    name="registered-first",
)
class SpecialTokenizer(SpecialTokenizer):
    def encode(self, text, allowed_special="none_raise"):
        ordinary = super().encode
        if allowed_special != "all":
            return ordinary(text, allowed_special)
        return _cut(self, text, self.special_tokens, lambda p: ordinary(p, "none"), order=list)


@misconception(
    "The text is split by GPT-2's pattern first, and a special token falls to pieces in it. Cut at the special tokens "
    "first, then split what lies between.",
    name="split-before",
)
class SpecialTokenizer(SpecialTokenizer):
    def encode(self, text, allowed_special="none_raise"):
        ids = super().encode(text, allowed_special)
        if allowed_special in ("none", "none_raise"):
            return ids
        chosen = self.special_tokens if allowed_special == "all" else allowed_special
        ids = []
        for chunk in regex.findall(self.pattern, text):
            special = chunk in self.special_tokens and chunk in chosen
            ids += [self.special_tokens[chunk]] if special else super().encode(chunk, "none")
        return ids


@misconception(
    "The special tokens are left out of the ids: only what lies between them is encoded. With parentheses around the "
    "pattern, regex.split keeps what it splits at.",
    name="special-dropped",
)
class SpecialTokenizer(SpecialTokenizer):
    def encode(self, text, allowed_special="none_raise"):
        ids = super().encode(text, allowed_special)
        return [i for i in ids if i not in self.special_tokens.values()]


@misconception(
    "Registering adds to the special tokens that were there. It replaces them.",
    name="registering-adds",
)
class SpecialTokenizer(SpecialTokenizer):
    def register_special_tokens(self, special_tokens):
        self.special_tokens = {**self.special_tokens, **special_tokens}


@misconception(
    "The ids of special tokens are not in vocab, so decode raises KeyError. Look them up among the special tokens.",
    name="decode-without-special",
)
class SpecialTokenizer(SpecialTokenizer):
    def decode(self, ids):
        return b"".join(self.vocab[i] for i in ids).decode("utf-8", errors="replace")


@misconception(
    "Special tokens are dropped when decoding. Their ids stand for their texts.",
    name="decode-drops-special",
)
class SpecialTokenizer(SpecialTokenizer):
    def decode(self, ids):
        return b"".join(self.vocab.get(i, b"") for i in ids).decode("utf-8", errors="replace")


@misconception(
    "Each id is turned into text on its own, but a character may be spread over several ids. Join the bytes of all ids "
    "first, those of special tokens too, and decode them once.",
    name="token-by-token",
    violates=("decodes_special_tokens",),
)
class SpecialTokenizer(SpecialTokenizer):
    def decode(self, ids):
        known = self.vocab | {idx: name.encode() for name, idx in self.special_tokens.items()}
        return "".join(known[i].decode("utf-8", errors="replace") for i in ids)


@misconception(
    "The refusal is an assert, which raises AssertionError, and nothing at all under python -O. What a caller may do "
    "wrong is refused with raise ValueError(…).",
    name="refused-by-assert",
)
class SpecialTokenizer(SpecialTokenizer):
    def encode(self, text, allowed_special="none_raise"):
        try:
            return super().encode(text, allowed_special)
        except ValueError:
            raise AssertionError from None


@misconception(
    "Any other string, a typing mistake for instance, is taken for a mode. Raise a ValueError instead.",
    name="any-mode",
)
class SpecialTokenizer(SpecialTokenizer):
    def encode(self, text, allowed_special="none_raise"):
        if isinstance(allowed_special, str) and allowed_special not in {"all", "none", "none_raise"}:
            return super().encode(text, "none")
        return super().encode(text, allowed_special)


@misconception(
    "The longest special token is looked for in the whole text before any other. Search from left to right: the one "
    "that begins first counts, and the longest of those that begin at one place.",
    name="longest-anywhere",
)
class SpecialTokenizer(SpecialTokenizer):
    def encode(self, text, allowed_special="none_raise"):
        if allowed_special == "none":
            return super().encode(text, "none")
        allowed = self.special_tokens if allowed_special == "all" else allowed_special
        names = sorted((name for name in self.special_tokens if name in allowed), key=len, reverse=True)
        if not names or (isinstance(allowed_special, str) and allowed_special != "all"):
            return super().encode(text, allowed_special)
        if any(name in text for name in self.special_tokens if name not in allowed):
            raise ValueError("a special token that is not allowed")
        pieces = [text]
        for name in names:
            pieces = [
                part
                for piece in pieces
                for part in ([piece] if piece in self.special_tokens else regex.split(f"({regex.escape(name)})", piece))
            ]
        ids = []
        for piece in pieces:
            ids += [self.special_tokens[piece]] if piece in names else super().encode(piece, "none")
        return ids


@misconception(
    "Only what lies between the allowed tokens is searched for those that are not. A text that holds one anywhere, "
    "also across the border of an allowed one, is refused: look in the whole text.",
    name="refused-between-alone",
)
class SpecialTokenizer(SpecialTokenizer):
    def encode(self, text, allowed_special="none_raise"):
        if isinstance(allowed_special, str):
            return super().encode(text, allowed_special)
        allowed = {name: idx for name, idx in self.special_tokens.items() if name in allowed_special}
        return _cut(self, text, allowed, lambda piece: super(SpecialTokenizer, self).encode(piece, "none_raise"))


@misconception(
    "A frozenset is no set to isinstance(x, set), so it is taken for an unknown mode. Ask for a string first, and take "
    "everything else for a collection of names.",
    name="set-by-type",
)
class SpecialTokenizer(SpecialTokenizer):
    def encode(self, text, allowed_special="none_raise"):
        if isinstance(allowed_special, str | set):
            return super().encode(text, allowed_special)
        raise ValueError(f"unknown mode {allowed_special!r}")


@misconception(
    "The special tokens are kept in the class, so every tokenizer has those that were registered last. Keep them in "
    "self.",
    name="kept-in-the-class",
    violates=("tokenizers_keep_apart",),
)
class SpecialTokenizer(SpecialTokenizer):
    shared = None

    def __init__(self, pattern=GPT2):
        RegexTokenizer.__init__(self, pattern)

    @property
    def special_tokens(self):
        return self.shared or {}

    @special_tokens.setter
    def special_tokens(self, special_tokens):
        type(self).shared = special_tokens


@misconception(
    'With "none_raise", special tokens are looked for in the text "none_raise" itself, and one that stands in it '
    "passes as allowed. Ask first whether allowed_special is a text or a set.",
    name="looked-for-in-the-mode",
    violates=("refused_by_default",),
)
class SpecialTokenizer(SpecialTokenizer):
    def encode(self, text, allowed_special="none_raise"):
        if allowed_special in ("all", "none") or not isinstance(allowed_special, str):
            return super().encode(text, allowed_special)
        if allowed_special != "none_raise":
            return super().encode(text, allowed_special)
        return super().encode(text, {token for token in self.special_tokens if token in allowed_special})
