"""What learners get wrong in lecture9.gpt2.

An alphabet that is wrong is wrong wherever it is used: such entries replace the class, or the function alone where only
reading is wrong.
"""
# ruff: noqa: F821

from grader.checks import misconception

_SEEN = [*range(33, 127), *range(161, 173), *range(174, 256)]


def _characters(seen=_SEEN):
    """{byte: character} with the given bytes standing for themselves, in GPT-2's order."""
    others = [byte for byte in range(256) if byte not in seen]
    return {byte: chr(byte) for byte in seen} | {byte: chr(256 + n) for n, byte in enumerate(others)}


def _load(lines, byte_of, first=256):
    """Read merges, with a function from characters to bytes."""
    ids_of = {bytes([byte]): byte for byte in range(256)}
    merges = {}
    for line in lines:
        if not line:
            continue
        left, right = (bytes(map(byte_of, token)) for token in line.split(" "))
        merges[ids_of[left], ids_of[right]] = ids_of[left + right] = first + len(merges)
    return merges


_BYTE_OF = {character: byte for byte, character in _characters().items()}


@misconception(
    "Subtracting 256 is right for chr(256) to chr(288) alone, the bytes 0 to 32, Ġ and Ċ among them; chr(289) is "
    "byte 127. chr(256), chr(257), … go to the 68 bytes that do not stand for themselves, in rising order.",
    name="minus-256",
)
def load_merges(vocab_bpe):
    return _load(vocab_bpe.splitlines()[1:], lambda c: ord(c) % 256)


@misconception(
    "Byte 173, the soft hyphen, cannot be seen: it is not among those that stand for themselves, but the last of the "
    "others, chr(323).",
    name="soft-hyphen",
)
def load_merges(vocab_bpe):
    seen = [*range(33, 127), *range(161, 256)]
    byte_of = {character: byte for byte, character in _characters(seen).items()}
    return _load(vocab_bpe.splitlines()[1:], byte_of.__getitem__)


@misconception(
    "The number of a character, ord, is taken for its byte. Ġ is the byte 32, not 288: the characters above 255 stand "
    "for bytes by a table.",
    name="ord",
)
def load_merges(vocab_bpe):
    ids_of = {character: ord(character) for character in _characters().values()}
    merges = {}
    for line in vocab_bpe.splitlines()[1:]:
        left, right = line.split(" ")
        merges[ids_of[left], ids_of[right]] = ids_of[left + right] = 256 + len(merges)
    return merges


@misconception(
    "The last merge is lost where the text does not end with a line break. [1:-1] after split counts on one: skip the "
    "first line, and whichever is empty.",
    name="last-line-cut",
)
def load_merges(vocab_bpe):
    return _load(vocab_bpe.split("\n")[1:-1], _BYTE_OF.get)


@misconception(
    "Every line that starts with # is left out, and with them merges such as '# #'. Skip the first line alone.",
    name="comments-skipped",
)
def load_merges(vocab_bpe):
    return _load([line for line in vocab_bpe.splitlines() if not line.startswith("#")], _BYTE_OF.get)


@misconception(
    "The first merge is lost: one line, that of the version, comes before it, not two.",
    name="two-lines-skipped",
)
def load_merges(vocab_bpe):
    return _load(vocab_bpe.splitlines()[2:], _BYTE_OF.get)


@misconception(
    "The line of the version is counted as a merge, so that all ids are one too high: the first merge is 256.",
    name="version-counted",
)
def load_merges(vocab_bpe):
    return _load(vocab_bpe.splitlines()[1:], _BYTE_OF.get, first=257)


@misconception(
    "The single bytes have GPT-2's numbers here. load_merges is wanted in the ids of this unit, where a byte is its "
    "own id; only encode and vocab use GPT-2's.",
    name="merges-in-gpt2-ids",
)
def load_merges(vocab_bpe):
    places = {byte: place for place, byte in enumerate(_characters())}
    merges = _load(vocab_bpe.splitlines()[1:], _BYTE_OF.get)
    return {(places.get(a, a), places.get(b, b)): idx for (a, b), idx in merges.items()}


@misconception(
    "The single bytes keep their own numbers. GPT-2 numbers them in the order of its alphabet: '!', byte 33, is id 0, "
    "and the space is 220.",
    name="no-permutation",
)
class GPT2Tokenizer(GPT2Tokenizer):
    def __init__(self, vocab_bpe):
        super().__init__(vocab_bpe)
        self.id_of_byte = {byte: byte for byte in range(256)}
        single = {byte: bytes([byte]) for byte in range(256)}
        self.vocab = {idx: single.get(idx, token) for idx, token in self.vocab.items()}


@misconception(
    "encode numbers the single bytes as GPT-2 does, vocab does not. Both go by the same ids, or decode is wrong.",
    name="vocab-not-permuted",
)
class GPT2Tokenizer(GPT2Tokenizer):
    def __init__(self, vocab_bpe):
        super().__init__(vocab_bpe)
        single = {byte: bytes([byte]) for byte in range(256)}
        self.vocab = {idx: single.get(idx, token) for idx, token in self.vocab.items()}


@misconception(
    "vocab has GPT-2's ids, encode gives the bytes their own numbers. Renumber the ids below 256 before you return.",
    name="ids-not-permuted",
)
class GPT2Tokenizer(GPT2Tokenizer):
    def __init__(self, vocab_bpe):
        super().__init__(vocab_bpe)
        self.id_of_byte = {}


@misconception(
    "The ids are mapped the wrong way round: a byte's id is its place in the alphabet, not the byte at that place.",
    name="permutation-inverted",
)
class GPT2Tokenizer(GPT2Tokenizer):
    def __init__(self, vocab_bpe):
        super().__init__(vocab_bpe)
        self.id_of_byte = dict(enumerate(_characters()))
        tokens = {self.id_of_byte[byte]: bytes([byte]) for byte in range(256)}
        self.vocab = {idx: tokens.get(idx, token) for idx, token in self.vocab.items()}


@misconception(
    "<|endoftext|> is always 50256 here. It is the id after the last merge, 256 + len(merges); only the real file has "
    "50,000 merges.",
    name="end-is-50256",
)
class GPT2Tokenizer(GPT2Tokenizer):
    def __init__(self, vocab_bpe):
        super().__init__(vocab_bpe)
        self.register_special_tokens({"<|endoftext|>": 50256})


@misconception(
    "<|endoftext|> counts by default, so that anybody who types it ends the text. The default is 'none_raise'.",
    name="end-by-default",
)
class GPT2Tokenizer(GPT2Tokenizer):
    def encode(self, text, allowed_special="all"):
        return super().encode(text, allowed_special)


@misconception(
    "The text is not split before it is encoded, so tokens cross the borders of words. Split it by GPT-2's pattern.",
    name="no-split",
)
class GPT2Tokenizer(GPT2Tokenizer):
    def __init__(self, vocab_bpe):
        super().__init__(vocab_bpe)
        self.pattern = r"(?s).+"


@misconception(
    "Bytes that are not valid UTF-8, half a character for instance, raise an error. They become U+FFFD: "
    "errors='replace'.",
    name="strict",
)
class GPT2Tokenizer(GPT2Tokenizer):
    def decode(self, ids):
        special = {idx: name.encode() for name, idx in self.special_tokens.items()}
        return b"".join({**self.vocab, **special}[i] for i in ids).decode("utf-8")


@misconception(
    "The merges belong to the class, so that the tokenizer which was made last decides for all. Each has its own: "
    "self.merges.",
    name="merges-of-the-class",
    violates=("tokenizers_keep_apart",),
)
class GPT2Tokenizer(GPT2Tokenizer):
    def __init__(self, vocab_bpe):
        super().__init__(vocab_bpe)
        type(self).merges = vars(self).pop("merges")
