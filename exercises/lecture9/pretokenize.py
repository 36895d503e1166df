"""Splitting a text before merging, as GPT-2 does: tokens never cross the borders of words.

You write the pattern by which GPT-2 splits, ``split``, and a tokenizer that trains and encodes chunk by chunk. Source:
lecture 9, section 9.6.1.
"""

# /// exercise
# title = "splitting as GPT-2 does"
# packages = "numpy"
# preload = ["regex"]
# forbids = ["tiktoken", "tokenizers", "transformers", "sentencepiece"]
# why_forbidden = "this unit is about building the tokenizer yourself"
# ///

from collections import Counter

import regex  # as re, and it knows \p{...}

from .codec import decode, encode
from .pairs import get_stats, merge

# How GPT-2 splits a text, as a regular expression of the package regex; split says what it has to match.
GPT2 = r""


def split(text: str, pattern: str = GPT2) -> list[str]:
    r"""Split a text into chunks: all matches of a pattern, from left to right.

    You write the pattern GPT2 too, above. A chunk is the first of these that fits at its place, as long as possible:

        1. one of the contractions  's  't  're  've  'm  'll  'd  (these seven: small letters, a straight ')
        2. letters, with one space before them, if there is one
        3. numbers, with one space before them, if there is one
        4. other characters (neither white space, letters nor numbers), with one space before them, if there is one
        5. white space that is not followed by anything but white space: a run of it that stands before a word ends
           one character early, so that a space can go with the word (rule 2 to 4)
        6. white space

    "One space" is the character " " itself. Letters and numbers are those of all scripts, Unicode's categories L and
    N, which the package regex calls ``\p{L}`` and ``\p{N}``; ``\w`` is something else, as it holds digits and "_" too.
    White space is ``\s``. Rules 1 to 6 cover every character: joined, the chunks are the text.

    Args:
        text: any text, also an empty one.
        pattern: a regular expression of the package regex, without capturing groups.

    Returns:
        The chunks.

    Example:
        "I'll  pay 20$!" -> ["I", "'ll", " ", " pay", " 20", "$!"]

    Source: lecture 9, section 9.6.1.
    """
    raise NotImplementedError("lecture9.pretokenize: split is not written yet")


class RegexTokenizer:
    """Byte pair encoding within the chunks of a text.

    Attributes:
        pattern: how texts are split.
        merges: {(left id, right id): id} in the order of training; empty before ``train``.
        vocab: {id: bytes}, 256 + len(merges) entries; the single bytes alone before ``train``.

    Source: lecture 9, section 9.6.1.
    """

    def __init__(self, pattern: str = GPT2) -> None:
        self.pattern = pattern
        self.merges: dict[tuple[int, int], int] = {}
        self.vocab: dict[int, bytes] = {byte: bytes([byte]) for byte in range(256)}

    def train(self, text: str, vocab_size: int) -> None:
        """Learn merges from a text, and set ``merges`` and ``vocab`` anew.

        As ``train_bpe``, except that pairs are counted and merged within each chunk alone: the last id of a chunk and
        the first of the next one are no pair. The counts are sums over all chunks, and ties go to the pair that is
        seen first, going through the chunks in their order. Training ends early when no chunk holds a pair.

        Args:
            text: any text.
            vocab_size: the number of tokens wanted, the 256 bytes included.

        Raises:
            ValueError: vocab_size is below 256.
        """
        raise NotImplementedError("lecture9.pretokenize: RegexTokenizer.train is not written yet")

    def encode(self, text: str) -> list[int]:
        """Turn a text into ids: those of its chunks, each encoded on its own, one after the other.

        Before any training these are the bytes of the text.
        """
        raise NotImplementedError("lecture9.pretokenize: RegexTokenizer.encode is not written yet")

    def decode(self, ids: list[int]) -> str:
        """Turn ids back into a text; bytes that are not valid UTF-8 become U+FFFD, as in ``codec``."""
        raise NotImplementedError("lecture9.pretokenize: RegexTokenizer.decode is not written yet")
