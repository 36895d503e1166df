"""GPT-2's own tokenizer, from the file of merges that OpenAI published.

You write ``load_merges``, which reads that file, and ``GPT2Tokenizer``, which gives the very ids that GPT-2 was trained
on. There are two surprises in it: the file writes bytes in an alphabet of its own, and GPT-2 numbers the single bytes
in the order of that alphabet. Source: lecture 9, section 9.6.1; the released code of GPT-2 (``encoder.py``).

The file is a text like this; the real one has 50,000 merges:

    #version: 0.2
    Ġ t
    Ġ a
    h e
    i n
"""

# /// exercise
# title = "GPT-2's own tokenizer"
# packages = "numpy"
# preload = ["regex"]
# forbids = ["tiktoken", "tokenizers", "transformers", "sentencepiece"]
# why_forbidden = "this unit is about building the tokenizer yourself"
# hints = [
#   """Make the alphabet once, as a list of the 256 bytes in its order: first those that stand for themselves, then \
#   the others. The first list is range(33, 127), range(161, 173) and range(174, 256). Positions are GPT-2's ids.""",
#   """byte_of = {character: byte}: chr(b) for the 188 bytes that stand for themselves, chr(256), chr(257), … for the \
#   others in order. Then ids_of = {bytes([b]): b for b in range(256)}; for each line after the first, left and right \
#   are the bytes of its two words, merges[ids_of[left], ids_of[right]] = new, and ids_of[left + right] = new.""",
#   """Let SpecialTokenizer do the work with merges as load_merges gives them, and renumber at the end: [id_of_byte[i] \
#   if i < 256 else i for i in super().encode(text, allowed_special)], where id_of_byte is {byte: place in the \
#   alphabet}. vocab has GPT-2's ids from the start: then decode needs no change.""",
# ]
# ///

from collections.abc import Set as AbstractSet

from .special import SpecialTokenizer


def load_merges(vocab_bpe: str) -> dict[tuple[int, int], int]:
    r"""Read the merges from the text of GPT-2's file ``vocab.bpe``.

    The first line is a comment and no merge. Each other line is one merge, in the order of training: two tokens with a
    space between them. (A line may well start with "#": "# #" is a merge. The text may end with a line break.)

    The tokens are bytes, and each byte is written as one character that can be seen:

        the 188 bytes 33 to 126, 161 to 172 and 174 to 255 as chr(byte): "t" is the byte 116;
        the other 68, in rising order (0 to 32, 127 to 160, 173), as chr(256), chr(257), … up to chr(323).

    So the space, byte 32, is chr(288) = "Ġ", a line break, byte 10, is chr(266) = "Ċ", and byte 127 is chr(289).

    Args:
        vocab_bpe: the text of the file.

    Returns:
        {(left id, right id): id} in the order of the file, with the ids of this unit: a byte is its own id, 0 to 255,
        and the merges are 256, 257, … So ``encode`` of codec can work with them.

    Example:
        "#version: 0.2\nĠ t\nh e\nĠt he\n" -> {(32, 116): 256, (104, 101): 257, (256, 257): 258}

    Source: the released code of GPT-2, ``bytes_to_unicode`` and ``get_encoder``.
    """
    # solution
    byte_of = {character: byte for byte, character in _alphabet().items()}
    ids_of = {bytes([byte]): byte for byte in range(256)}
    merges: dict[tuple[int, int], int] = {}
    for line in vocab_bpe.splitlines()[1:]:
        if not line:
            continue
        left, right = (bytes(byte_of[character] for character in token) for token in line.split(" "))
        new = 256 + len(merges)
        merges[ids_of[left], ids_of[right]] = new
        ids_of[left + right] = new
    return merges
    # end solution


# solution
def _alphabet() -> dict[int, str]:
    """The character of each byte, in GPT-2's order: first the bytes that stand for themselves."""
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in visible]
    return {byte: chr(byte) for byte in visible} | {byte: chr(256 + n) for n, byte in enumerate(others)}


# end solution


class GPT2Tokenizer(SpecialTokenizer):
    """GPT-2's tokenizer: its split, its merges, its ids.

    In GPT-2's ids the single bytes are numbered in the order of the alphabet above: the 188 bytes that stand for
    themselves are 0 to 187 ("!", byte 33, is 0), the other 68 are 188 to 255 (the space is 220). Merges follow, 256 and
    up, and the special token "<|endoftext|>" is the last id, 256 + the number of merges: 50256 with the real file.

    ``encode(text, allowed_special="none_raise")`` treats "<|endoftext|>" as ``SpecialTokenizer`` does.

    Attributes:
        merges: as ``load_merges`` gives them, in the ids of this unit.
        vocab: {GPT-2's id: bytes}, 256 + len(merges) entries, the special token not among them: vocab[0] is b"!".

    Example:
        With the real file, encode("Hello world!") -> [15496, 995, 0]
    """

    def __init__(self, vocab_bpe: str) -> None:
        """Set the tokenizer up from the text of ``vocab.bpe``."""
        # solution
        super().__init__()  # GPT-2's pattern
        self.merges = load_merges(vocab_bpe)
        self.register_special_tokens({"<|endoftext|>": 256 + len(self.merges)})
        self.id_of_byte = {byte: idx for idx, byte in enumerate(_alphabet())}
        tokens = {byte: bytes([byte]) for byte in range(256)}  # by the ids of this unit
        for (left, right), idx in self.merges.items():
            tokens[idx] = tokens[left] + tokens[right]
        self.vocab = {self.id_of_byte.get(idx, idx): token for idx, token in tokens.items()}
        # end solution

    def encode(self, text: str, allowed_special: str | AbstractSet[str] = "none_raise") -> list[int]:
        """Turn a text into GPT-2's ids.

        Args:
            text: any text.
            allowed_special: "all", "none", "none_raise" or a set, as in ``special``.

        Raises:
            ValueError: as in ``special``.
        """
        # solution
        ids = super().encode(text, allowed_special)
        return [self.id_of_byte.get(idx, idx) for idx in ids]  # only the single bytes have other numbers
        # end solution

    def decode(self, ids: list[int]) -> str:
        """Turn GPT-2's ids back into a text; invalid UTF-8 becomes U+FFFD, and "<|endoftext|>" comes back too."""
        # solution
        return super().decode(ids)  # with the vocab in GPT-2's ids
        # end solution
