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
    raise NotImplementedError("lecture9.gpt2: load_merges is not written yet")


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
        raise NotImplementedError("lecture9.gpt2: GPT2Tokenizer.__init__ is not written yet")

    def encode(self, text: str, allowed_special: str | AbstractSet[str] = "none_raise") -> list[int]:
        """Turn a text into GPT-2's ids.

        Args:
            text: any text.
            allowed_special: "all", "none", "none_raise" or a set, as in ``special``.

        Raises:
            ValueError: as in ``special``.
        """
        raise NotImplementedError("lecture9.gpt2: GPT2Tokenizer.encode is not written yet")

    def decode(self, ids: list[int]) -> str:
        """Turn GPT-2's ids back into a text; invalid UTF-8 becomes U+FFFD, and "<|endoftext|>" comes back too."""
        raise NotImplementedError("lecture9.gpt2: GPT2Tokenizer.decode is not written yet")
