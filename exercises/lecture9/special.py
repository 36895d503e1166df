"""Special tokens: marks that stand for no text, and texts that only look like them.

You write ``SpecialTokenizer``: its ``encode`` turns "<|endoftext|>" into one id if the caller says so, and never merely
because a user has typed it. Source: lecture 9, section 9.6; the conventions are those of OpenAI's tiktoken.
"""

# /// exercise
# title = "special tokens"
# packages = "numpy"
# preload = ["regex"]
# forbids = ["tiktoken", "tokenizers", "transformers", "sentencepiece"]
# why_forbidden = "this unit is about building the tokenizer yourself"
# ///

from collections.abc import Set as AbstractSet

import regex

from .pretokenize import GPT2, RegexTokenizer


class SpecialTokenizer(RegexTokenizer):
    """A ``RegexTokenizer`` with special tokens.

    Attributes:
        special_tokens: {text: id}; none before they are registered.

    Source: lecture 9, section 9.6; tiktoken's ``Encoding.encode``.
    """

    def __init__(self, pattern: str = GPT2) -> None:
        super().__init__(pattern)
        self.special_tokens: dict[str, int] = {}

    def register_special_tokens(self, special_tokens: dict[str, int]) -> None:
        """Set the special tokens, in place of those registered before.

        Args:
            special_tokens: {text: id}, such as {"<|endoftext|>": 100257}. No text is empty; the ids are not in vocab.
        """
        raise NotImplementedError("lecture9.special: SpecialTokenizer.register_special_tokens is not written yet")

    def encode(self, text: str, allowed_special: str | AbstractSet[str] = "none_raise") -> list[int]:
        """Turn a text into ids, some of its special tokens into their own.

        Where an allowed special token stands in the text, its id comes out. What lies before, between and behind is
        ordinary text: each such piece is split and encoded on its own, as ``RegexTokenizer`` does. The text is
        searched from left to right; where several allowed tokens start at one place, the longest of them counts.
        (tiktoken leaves open which one; its own tokens never begin alike.)

        Args:
            text: any text.
            allowed_special: which special tokens count as such:

                "all"         all of them.
                "none"        none: "<|endoftext|>" is ordinary text, thirteen characters.
                "none_raise"  none, and a text that holds one is refused. So nobody can smuggle one in by typing it.
                a set         those in the set; a text that holds any other special token, anywhere, is refused. Names
                              in the set that are not registered are ignored.

        Returns:
            The ids.

        Raises:
            ValueError: the text holds a special token that is neither allowed nor, as with "none", ordinary text; or
                allowed_special is another string.

        Example:
            With {"<|a|>": 300, "<|b|>": 301} and no merges:
            encode("x<|a|>", "all")              -> [120, 300]
            encode("x<|a|>", {"<|a|>"})          -> [120, 300]
            encode("x<|a|>", "none")             -> [120, 60, 124, 97, 124, 62]
            encode("x<|a|>")                     -> ValueError
            encode("x<|a|><|b|>", {"<|a|>"})     -> ValueError, as <|b|> is not in the set
        """
        raise NotImplementedError("lecture9.special: SpecialTokenizer.encode is not written yet")

    def decode(self, ids: list[int]) -> str:
        """Turn ids back into a text: the id of a special token into its text, all others as before.

        Bytes that are not valid UTF-8 become U+FFFD, over all ids at once as in ``codec``.
        """
        raise NotImplementedError("lecture9.special: SpecialTokenizer.decode is not written yet")
