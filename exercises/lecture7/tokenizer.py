"""A tokenizer of characters: from text to numbers, and back without loss.

A network computes with numbers, so each character of the text gets one. That is all a tokenizer is; lecture 9 builds a
cleverer one. Source: lecture 7, section 7.2.2.
"""

# /// exercise
# title = "a tokenizer of characters"
# ///

from collections.abc import Iterable


class CharTokenizer:
    """A vocabulary of the characters that occur in a text.

    The ids are 0, 1, ..., vocab_size - 1, in the order of the sorted characters (``sorted``, by code point: "A" comes
    before "a", and both before "é"). A character is what Python makes of it, one item of a ``str``, letters, spaces,
    line breaks and emoji alike: nothing is changed, merged or left out. So ``decode(encode(s)) == s`` for every s that
    is made of known characters.

    Args:
        text: any text, of at least one character.

    Attributes:
        chars: the characters, sorted: a list of str.
        vocab_size: how many they are.

    Example:
        t = CharTokenizer("hello"): t.chars is ["e", "h", "l", "o"], t.encode("hole") is [1, 3, 2, 0], and
        t.decode([1, 0]) is "he".

    Source: lecture 7, section 7.2.2.
    """

    def __init__(self, text: str) -> None:
        raise NotImplementedError("lecture7.tokenizer: CharTokenizer.__init__ is not written yet")

    def encode(self, s: str) -> list[int]:
        """Turn a text into ids.

        Args:
            s: a text of known characters; may be empty.

        Returns:
            One int for each character, in order.

        Raises:
            KeyError: a character is not in the vocabulary; the message names it (a dict's own KeyError does).
        """
        raise NotImplementedError("lecture7.tokenizer: CharTokenizer.encode is not written yet")

    def decode(self, ids: Iterable[int]) -> str:
        """Turn ids into the text that they stand for.

        Args:
            ids: ids of the vocabulary, a list of int; may be empty.

        Returns:
            One character for each id, in order, with nothing between them.
        """
        raise NotImplementedError("lecture7.tokenizer: CharTokenizer.decode is not written yet")
