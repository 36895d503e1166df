"""A number for every character: the table that leads from text to numbers, and the one that leads back.

Everything that follows in this unit counts and computes with numbers, so each character of the words gets one. The dot
is not a letter of any word. It stands for the beginning and the end of one, and gets the number 0. Source: lecture 2,
section 2.2.4.
"""

# /// exercise
# title = "a number for every character"
# packages = "numpy"
# hints = [
#   """Join all words into one text: set(text) has each of its characters once, in no order that can be relied on, and \
#   sorted(...) gives one. The dot is in none of the words, so its place is yours to keep free.""",
#   """The first of the sorted characters gets 1, the second 2, and so on: enumerate counts from 0, so add 1. The dot \
#   gets 0. Turn the finished table around for the second one, the dot included.""",
#   """stoi = {c: i + 1 for i, c in enumerate(sorted(set("".join(words))))}; stoi["."] = 0; itos = {i: c for c, i in \
#   stoi.items()}.""",
# ]
# ///


def build_vocab(words: list[str]) -> tuple[dict[str, int], dict[int, str]]:
    """Number the characters that occur in a list of words.

    The dot, ``"."``, has the number 0. The other characters are those that occur in the words, each once, in the order
    of ``sorted`` (by code point: "-" before "A", "A" before "a", "z" before "é"), and have the numbers 1, 2, 3, ...
    Nothing is changed or left out: capital letters, hyphens, apostrophes and spaces are characters like any other.

    Args:
        words: words of any characters but the dot, as many as you like, also none. The same word may occur twice.

    Returns:
        ``(stoi, itos)``, two dicts with one entry for each character and one for the dot: ``stoi`` from character to
        number, ``itos`` from number to character. Their entries may stand in any order. ``words`` is not modified.

    Example:
        ["emma", "ava"] -> stoi = {".": 0, "a": 1, "e": 2, "m": 3, "v": 4},
                           itos = {0: ".", 1: "a", 2: "e", 3: "m", 4: "v"}
        []              -> {".": 0}, {0: "."}

    Source: lecture 2, section 2.2.4 (listing 15).
    """
    # solution
    chars = sorted(set("".join(words)))
    stoi = {c: i for i, c in enumerate(chars, start=1)}  # 0 is kept free
    stoi["."] = 0  # the beginning and the end of a word
    itos = {i: c for c, i in stoi.items()}
    return stoi, itos
    # end solution
