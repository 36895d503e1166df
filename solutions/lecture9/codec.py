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
# hints = [
#   """A merge may only be made when everything that was learned before it has been made. Of all pairs that now stand \
#   next to each other, which one was learned first? And when is there nothing left to merge?""",
#   """encode: start from list(text.encode("utf-8")). While there are two ids or more, take the pair of neighbours \
#   with the lowest merges.get(pair, infinity); if it is not in merges, stop; else merge it. decode: join the bytes of \
#   all ids first, and turn them into text once.""",
#   """pair = min(get_stats(ids), key=lambda p: merges.get(p, float("inf"))), then ids = merge(ids, pair, \
#   merges[pair]). And b"".join(vocab[i] for i in ids).decode("utf-8", errors="replace").""",
# ]
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
    # solution
    ids = list(text.encode("utf-8"))
    while len(ids) >= 2:
        pair = min(get_stats(ids), key=lambda p: merges.get(p, float("inf")))  # the one learned first
        if pair not in merges:
            break  # then none of them is
        ids = merge(ids, pair, merges[pair])
    return ids
    # end solution


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
    # solution
    data = b"".join(vocab[i] for i in ids)  # first all bytes: a character may be spread over several tokens
    return data.decode("utf-8", errors="replace")
    # end solution
