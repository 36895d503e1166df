"""GPT-4's tokenizer, from its ranks: merges that are found again, bytes that are numbered oddly, a file to keep it in.

OpenAI publishes GPT-4's tokenizer as *ranks*, {token in bytes: its number}, and no merges at all. You write
``recover_merges``, which finds them again, ``byte_shuffle``, the numbers of the single bytes, GPT-4's pattern with
``split``, and ``save`` and ``load`` for a file in that format. Source: lecture 9, sections 9.6.2 and 9.8.
"""

# /// exercise
# title = "GPT-4's ranks"
# packages = "numpy"
# preload = ["regex"]
# forbids = ["tiktoken", "tokenizers", "transformers", "sentencepiece", "pickle"]
# why_forbidden = "this unit is about building the tokenizer yourself"
# ///

import base64
from itertools import pairwise
from pathlib import Path

import regex  # as re, and it knows \p{...}

# How GPT-4 splits a text, as a regular expression of the package regex; split says what it has to match.
GPT4 = r""


def split(text: str, pattern: str = GPT4) -> list[str]:
    r"""Split a text into chunks: all matches of a pattern, from left to right.

    You write the pattern GPT4 too, above. A chunk is the first of these that fits at its place, as long as possible:

        1. one of the contractions  's  't  're  've  'm  'll  'd, in small letters, capitals or both, and a straight '
        2. letters; one character before them belongs to the chunk, if it is neither a letter, a number, "\r" nor "\n"
        3. one to three numbers
        4. other characters (neither white space, letters nor numbers), with one space before them, if there is one,
           and with all "\r" and "\n" that follow them
        5. white space up to and with the last "\r" or "\n" of the run
        6. white space that is not followed by anything but white space: a run of it that stands before something else
           ends one character early
        7. white space

    "One space" is the character " " itself. Letters and numbers are Unicode's categories L and N, ``\p{L}`` and
    ``\p{N}``; white space is ``\s``. (tiktoken of late takes a run of white space that ends the text in one chunk,
    whatever is in it. No text that is graded ends so that this matters.)

    Args:
        text: any text, also an empty one.
        pattern: a regular expression of the package regex, without capturing groups.

    Returns:
        The chunks.

    Example:
        "I'LL pay\t1234 $!\n\n  (now)" -> ["I", "'LL", " pay", "\t", "123", "4", " $!\n\n", " ", " (", "now", ")"]

    Source: lecture 9, section 9.6.2; the released code of tiktoken, ``cl100k_base``.
    """
    raise NotImplementedError("lecture9.ranks: split is not written yet")


def byte_shuffle(ranks: dict[bytes, int]) -> dict[int, int]:
    """Find the numbers of the single bytes.

    In the tokenizers of this unit a byte is its own id. In GPT-4's ranks the 256 bytes have the numbers 0 to 255 in
    another order: "!", byte 33, has the rank 0. A text has to be numbered by these before merges are made.

    Args:
        ranks: {token: rank}, in any order; all 256 single bytes are in it, with the ranks 0 to 255.

    Returns:
        {byte: rank}, 256 entries, from byte 0 to byte 255.

    Example:
        GPT-4's ranks hold b"!": 0 and b" ": 220, and byte_shuffle gives {…, 32: 220, 33: 0, …}

    Source: lecture 9, section 9.6.2; Karpathy's minbpe, ``gpt4.py``.
    """
    raise NotImplementedError("lecture9.ranks: byte_shuffle is not written yet")


def recover_merges(ranks: dict[bytes, int]) -> dict[tuple[int, int], int]:
    """Find the merges that a tokenizer has made, from its ranks.

    Training numbers tokens as they come: a lower rank was merged earlier. So a token of two bytes or more is the merge
    of the two tokens that its bytes had become when all merges with a lower rank had been made: of all neighbours
    whose joined bytes have a rank below the token's, the two with the lowest rank are joined (where that is so at
    several places, the first from the left), and so on, until no more than two parts are left.

    Args:
        ranks: {token: rank}, in any order. The 256 single bytes have the ranks 0 to 255, in any order; the others
            have ranks from 256 up, all different, and gaps are allowed.

    Returns:
        {(rank of the left part, rank of the right part): rank of the token}, in the order of the ranks. A single byte
        stands in it by its rank, as in ``byte_shuffle``. ``ranks`` is not modified.

    Raises:
        ValueError: a token cannot be made so: its bytes never become two parts. The message holds the token, as
            Python writes it: "b'xyz'".

    Example:
        Where each byte is its own rank, and b"ab": 256, b"bc": 257, b"abc": 258
        -> {(97, 98): 256, (98, 99): 257, (256, 99): 258}, for "ab" was there before "bc"

    Source: lecture 9, section 9.6.2; Karpathy's minbpe, ``gpt4.py``.
    """
    raise NotImplementedError("lecture9.ranks: recover_merges is not written yet")


def save(path: str, merges: dict[tuple[int, int], int], pattern: str) -> None:
    r"""Write a tokenizer to a file: its pattern, and its tokens with their ranks, in the format of GPT-4's.

    The file is ASCII, each line ends with "\n":

        line 1: the pattern, its UTF-8 in base64
        each line after it: a token in base64, a space, its rank in decimals

    First come the 256 single bytes, from 0 to 255, then the merges in their order. base64 writes bytes with letters,
    digits, "+", "/" and "=", so that a token may well hold spaces and line breaks.

    Args:
        path: where to write; a file that is there is replaced. A name may have spaces in it.
        merges: {(left id, right id): id}, as ``train_bpe`` gives them: a byte is its own id, and so its rank is the
            byte, that of a merge its id.
        pattern: any text.

    Example:
        save("t.ranks", {(97, 98): 256}, r"\w+") writes "XHcr", "AA== 0", "AQ== 1", …, "/w== 255", "YWI= 256"

    Source: lecture 9, section 9.8; the released code of tiktoken, ``load_tiktoken_bpe``.
    """
    raise NotImplementedError("lecture9.ranks: save is not written yet")


def load(path: str) -> tuple[dict[tuple[int, int], int], str]:
    """Read a tokenizer from a file that ``save`` has written, or that has the same format.

    Args:
        path: the file. Its bytes may have other ranks than themselves, as GPT-4's have.

    Returns:
        (merges, pattern): the merges as ``recover_merges`` gives them for the ranks of the file. What ``save`` has
        written comes back the same, in the same order.

    Raises:
        ValueError: a line cannot be read: it is not a word in base64 (line 1), or not a word in base64, a space and a
            whole number (the others), or its token or its rank stands on a line above already. The message says which
            line it is, "line 3" for the third, and names no other.

    Source: lecture 9, section 9.8; the released code of tiktoken, ``load_tiktoken_bpe``.
    """
    raise NotImplementedError("lecture9.ranks: load is not written yet")
