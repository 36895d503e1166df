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
# hints = [
#   """Cut the text at the special tokens first, before any other splitting. What lies between two of them is \
#   ordinary text, and super().encode takes care of it. What must happen to tokens that are not allowed?""",
#   """First turn allowed_special into a dict {text: id}: all, none, or those of the set. Where "none_raise" or a set \
#   is given, look whether any other special token is in the text, and raise. If the dict is empty, all is ordinary \
#   text. regex.split keeps what it splits at where the pattern stands in a group.""",
#   """pattern = "(" + "|".join(regex.escape(token) for token in sorted(allowed, key=len, reverse=True)) + ")"; then \
#   for each part of regex.split(pattern, text): its id if it is in allowed, else super().encode(part). decode: \
#   b"".join of self.vocab[i], or of the encoded text of a special token, and one .decode at the end.""",
# ]
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
        # solution
        self.special_tokens = dict(special_tokens)
        # end solution

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
        # solution
        if isinstance(allowed_special, str) and allowed_special not in {"all", "none", "none_raise"}:
            raise ValueError(f"allowed_special must be 'all', 'none', 'none_raise' or a set, not {allowed_special!r}")
        if allowed_special == "all":
            allowed = self.special_tokens
        elif isinstance(allowed_special, str):
            allowed = {}
        else:
            allowed = {token: idx for token, idx in self.special_tokens.items() if token in allowed_special}
        if allowed_special != "none":
            for token in self.special_tokens:
                if token not in allowed and token in text:
                    raise ValueError(f"the text holds the special token {token!r}, which is not allowed here")
        if not allowed:
            return super().encode(text)
        longest_first = sorted(allowed, key=len, reverse=True)
        pattern = "(" + "|".join(map(regex.escape, longest_first)) + ")"  # the group: split keeps what it splits at
        ids: list[int] = []
        for part in regex.split(pattern, text):
            ids += [allowed[part]] if part in allowed else super().encode(part)
        return ids
        # end solution

    def decode(self, ids: list[int]) -> str:
        """Turn ids back into a text: the id of a special token into its text, all others as before.

        Bytes that are not valid UTF-8 become U+FFFD, over all ids at once as in ``codec``.
        """
        # solution
        texts = {idx: token.encode("utf-8") for token, idx in self.special_tokens.items()}
        data = b"".join(texts[i] if i in texts else self.vocab[i] for i in ids)
        return data.decode("utf-8", errors="replace")
        # end solution
