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
# hints = [
#   """A pattern is tried at one place after the other, and its alternatives (between |) from left to right: the \
#   first that fits wins. So contractions come first, and ' ?' before a class lets a chunk begin with one space.""",
#   """Letters are \\p{L}, numbers \\p{N}, and what is neither of these nor white space is [^\\s\\p{L}\\p{N}]. White \
#   space that nothing else follows is \\s+(?!\\S): the + gives one character back where a word follows. To train, \
#   count the pairs of each chunk on its own and add up; to encode, encode each chunk and join.""",
#   """GPT2 = r"'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+" and split is \
#   regex.findall(pattern, text). In train: sequences = [list(chunk.encode("utf-8")) for chunk in split(text, \
#   self.pattern)]; the counts of a round are the sum of get_stats(ids) over the sequences, in their order; then \
#   merge the chosen pair in each of them.""",
# ]
# ///

from collections import Counter

import regex  # as re, and it knows \p{...}

from .codec import decode, encode
from .pairs import get_stats, merge

# How GPT-2 splits a text, as a regular expression of the package regex; split says what it has to match.
GPT2 = r""
# solution
GPT2 = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
# end solution


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
    # solution
    return regex.findall(pattern, text)
    # end solution


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
        # solution
        if vocab_size < 256:
            raise ValueError(f"there are 256 bytes, so vocab_size cannot be {vocab_size}")
        times = Counter(split(text, self.pattern))  # equal chunks stay equal: each is worked on once, and counted often
        sequences = {chunk: list(chunk.encode("utf-8")) for chunk in times}
        self.merges, self.vocab = {}, {byte: bytes([byte]) for byte in range(256)}
        while len(self.vocab) < vocab_size:
            counts: dict[tuple[int, int], int] = {}
            for chunk, ids in sequences.items():
                for pair, count in get_stats(ids).items():
                    counts[pair] = counts.get(pair, 0) + count * times[chunk]
            if not counts:
                break
            pair, new = max(counts, key=counts.get), len(self.vocab)
            sequences = {chunk: merge(ids, pair, new) for chunk, ids in sequences.items()}
            self.merges[pair] = new
            self.vocab[new] = self.vocab[pair[0]] + self.vocab[pair[1]]
        # end solution

    def encode(self, text: str) -> list[int]:
        """Turn a text into ids: those of its chunks, each encoded on its own, one after the other.

        Before any training these are the bytes of the text.
        """
        # solution
        return [token for chunk in split(text, self.pattern) for token in encode(chunk, self.merges)]
        # end solution

    def decode(self, ids: list[int]) -> str:
        """Turn ids back into a text; bytes that are not valid UTF-8 become U+FFFD, as in ``codec``."""
        # solution
        return decode(ids, self.vocab)
        # end solution
