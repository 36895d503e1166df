"""What learners get wrong in lecture7.tokenizer."""

import unicodedata
from collections import Counter

from grader.checks import misconception


class _Tokenizer:
    """A right tokenizer in steps; each wrong answer below replaces one of them."""

    def __init__(self, text):
        self.chars = self.vocabulary(text)
        self.vocab_size = len(self.chars)
        self.stoi = {c: i for i, c in enumerate(self.chars)}

    def vocabulary(self, text):
        return sorted(set(text))

    def encode(self, s):
        return [self.stoi[c] for c in s]

    def decode(self, ids):
        return "".join(self.chars[i] for i in ids)


@misconception(
    "The ids follow the order in which characters first occur. They should follow the sorted characters: "
    "sorted(set(text)).",
    name="order-of-appearance",
    violates=("vocabulary",),
)
class CharTokenizer(_Tokenizer):
    def vocabulary(self, text):
        return list(dict.fromkeys(text))


@misconception(
    "The ids follow the characters' frequency. They should follow the sorted characters: sorted(set(text)).",
    name="by-frequency",
)
class CharTokenizer(_Tokenizer):
    def vocabulary(self, text):
        return [c for c, _ in Counter(sorted(text)).most_common()]


@misconception(
    "The characters are not made unique, so the vocabulary is as long as the text. sorted(set(text)) has each once.",
    name="not-unique",
)
class CharTokenizer(_Tokenizer):
    def vocabulary(self, text):
        return sorted(text)


@misconception(
    "The text is turned into lower case first, so capital letters are lost. Keep every character as it is.",
    name="lowered",
)
class CharTokenizer(_Tokenizer):
    def vocabulary(self, text):
        return super().vocabulary(text.lower())

    def encode(self, s):
        return super().encode(s.lower())


@misconception(
    "encode strips white space off the ends. Spaces and line breaks are characters like any other: keep them all.",
    name="stripped",
    violates=("encode", "there_and_back"),
)
class CharTokenizer(_Tokenizer):
    def encode(self, s):
        return super().encode(s.strip())


@misconception(
    "The vocabulary is the 128 characters of ASCII, whatever the text. It should be the characters that occur in the "
    "text: sorted(set(text)).",
    name="ascii",
)
class CharTokenizer(_Tokenizer):
    def vocabulary(self, text):
        return [chr(i) for i in range(128)]


@misconception(
    "These are code points, not ids: they leave gaps, and go up to a million. The id of a character is its place in "
    "self.chars.",
    name="code-points",
)
class CharTokenizer(_Tokenizer):
    def encode(self, s):
        if not set(s) <= set(self.chars):
            raise KeyError(next(c for c in s if c not in self.chars))
        return [ord(c) for c in s]

    def decode(self, ids):
        return "".join(chr(i) for i in ids)


@misconception(
    "The ids begin at 1. They should begin at 0, so that the last is vocab_size - 1, the last row of an embedding "
    "table.",
    name="from-one",
    violates=("encode", "decode"),
)
class CharTokenizer(_Tokenizer):
    def encode(self, s):
        return [i + 1 for i in super().encode(s)]

    def decode(self, ids):
        return super().decode([i - 1 for i in ids])


@misconception(
    "Unknown characters are skipped in silence. Let the KeyError come: a text that cannot be encoded must not pass.",
    name="unknown-skipped",
    violates=("unknown_character",),
)
class CharTokenizer(_Tokenizer):
    def encode(self, s):
        return [self.stoi[c] for c in s if c in self.stoi]


@misconception(
    "Unknown characters get the id 0, which is another character's. Let the KeyError come.",
    name="unknown-is-zero",
)
class CharTokenizer(_Tokenizer):
    def encode(self, s):
        return [self.stoi.get(c, 0) for c in s]


@misconception(
    "Unknown characters get the id -1, which decode takes for the last character. Let the KeyError come.",
    name="unknown-is-minus-one",
)
class CharTokenizer(_Tokenizer):
    def encode(self, s):
        return [self.stoi.get(c, -1) for c in s]


@misconception(
    "Unknown characters get new ids, for which a model has no embeddings. The vocabulary is fixed when the tokenizer "
    "is made: let the KeyError come.",
    name="unknown-added",
)
class CharTokenizer(_Tokenizer):
    def encode(self, s):
        return [self.stoi.setdefault(c, len(self.stoi)) for c in s]


@misconception(
    "list.index raises a ValueError for an unknown character, and searches the list for every one. Look characters up "
    "in a dict: its KeyError names the character.",
    name="list-index",
)
class CharTokenizer(_Tokenizer):
    def encode(self, s):
        return [self.chars.index(c) for c in s]


@misconception(
    "The KeyError does not say which character is unknown. Name it, and it alone: KeyError(c), as a dict's own does.",
    name="nameless-error",
)
class CharTokenizer(_Tokenizer):
    def encode(self, s):
        if not set(s) <= set(self.chars):
            raise KeyError
        return super().encode(s)


@misconception(
    'decode returns a list of characters. Join them into one text: "".join(…).',
    name="list-of-characters",
)
class CharTokenizer(_Tokenizer):
    def decode(self, ids):
        return [self.chars[i] for i in ids]


@misconception(
    'decode puts spaces between the characters. Join them with nothing: "".join(…).',
    name="joined-with-spaces",
    violates=("decode", "there_and_back"),
)
class CharTokenizer(_Tokenizer):
    def decode(self, ids):
        return " ".join(self.chars[i] for i in ids)


@misconception(
    "The text is normalised first, so that é of two code points becomes one of one, and does not come back. Take the "
    "characters as they are.",
    name="normalised",
)
class CharTokenizer(_Tokenizer):
    def vocabulary(self, text):
        return super().vocabulary(unicodedata.normalize("NFC", text))

    def encode(self, s):
        return super().encode(unicodedata.normalize("NFC", s))


@misconception(
    "The vocabulary belongs to the class, so that a second tokenizer changes what the first one does. Keep it in self.",
    name="shared-vocabulary",
)
class CharTokenizer(_Tokenizer):
    known: dict = {}  # noqa: RUF012 - that is the mistake

    def __init__(self, text):
        super().__init__(text)
        CharTokenizer.known = self.stoi

    def encode(self, s):
        return [CharTokenizer.known[c] for c in s]
