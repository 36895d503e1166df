"""Encoding and decoding with trained merges: from a text to ids and back.

You write ``encode``, which applies merges to a new text in the order in which they were learned, and ``decode``, which
turns ids back into text, whatever bytes they make. Source: lecture 9, section 9.5.
"""

# /// exercise
# title = "encoding and decoding"
# packages = "numpy"
# preload = ["regex"]
# forbids = ["tiktoken", "tokenizers", "transformers", "sentencepiece"]
# why_forbidden = "this unit is about building the tokenizer yourself"
# ///

from .pairs import get_stats, merge


def encode(text: str, merges: dict[tuple[int, int], int]) -> list[int]:
    """Turn a text into token ids.

    The text becomes the list of its UTF-8 bytes. Then, as long as a pair of neighbours is in merges, the pair that
    was learned first (the one with the lowest id) is replaced by its id, wherever it occurs.

    Args:
        text: any text, also an empty one.
        merges: {(left id, right id): id} as ``train_bpe`` gives them: in the order of training, ids rising.

    Returns:
        The ids, a list of int. ``merges`` is not modified.

    Example:
        merges {(97, 98): 256, (98, 99): 257, (256, 257): 258}
        "abbc" -> [258]       "abc" -> [256, 99]: ab was learned before bc

    Source: lecture 9, section 9.5.2.
    """
    raise NotImplementedError("lecture9.codec: encode is not written yet")


def decode(ids: list[int], vocab: dict[int, bytes]) -> str:
    """Turn token ids back into a text.

    The bytes of all tokens, joined, are read as UTF-8. Ids can make bytes that are not valid UTF-8, such as half a
    character; such bytes become the replacement character U+FFFD, as ``errors="replace"`` does, and never raise.

    Args:
        ids: token ids, each in vocab; any order, also none.
        vocab: {id: bytes}, as ``train_bpe`` gives it.

    Returns:
        The text. No argument is modified.

    Example:
        [206, 169] -> "Ω", whose UTF-8 has two bytes       [206] -> U+FFFD, half of it

    Source: lecture 9, section 9.5.1.
    """
    raise NotImplementedError("lecture9.codec: decode is not written yet")
