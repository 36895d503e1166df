"""What learners get wrong in lecture9.ranks.

A wrong pattern is wrong in ``split``: hence the detour in ``_split``. Where merges are found in a wrong way, ``load``
would be wrong with them; ``_recover`` is what the entries share.
"""
# ruff: noqa: F821

import base64
from itertools import pairwise
from pathlib import Path

import regex

from grader.checks import misconception
from grader.checks.texts import GPT2


def _two(token, ranks, choose=min, *, limit=True):
    """The two parts that older merges leave, where choose says which of the neighbours go first."""
    parts = [bytes([byte]) for byte in token]
    while len(parts) > 2:
        places = [i for i in range(len(parts) - 1) if parts[i] + parts[i + 1] in ranks]
        if limit:
            places = [i for i in places if ranks[parts[i] + parts[i + 1]] < ranks[token]]
        if not places:
            raise ValueError(f"{token} is not made of two tokens of lower rank")
        i = choose(places, key=lambda i: ranks[parts[i] + parts[i + 1]])
        parts[i : i + 2] = [parts[i] + parts[i + 1]]
    return parts


def _recover(ranks, two=_two, order=None):
    merges = {}
    for token in order or sorted(ranks, key=ranks.get):
        if len(token) > 1:
            left, right = two(token, ranks)
            merges[ranks[left], ranks[right]] = ranks[token]
    return merges


def _cuts(token, ranks):
    """Every cut of a token into two tokens of lower rank."""
    cuts = [(token[:i], token[i:]) for i in range(1, len(token))]
    cuts = [cut for cut in cuts if all(part in ranks and ranks[part] < ranks[token] for part in cut)]
    if not cuts:
        raise ValueError(f"{token} is not made of two tokens of lower rank")
    return cuts


@misconception(
    "The first cut that gives two tokens is taken. Which two a token was made of, the older merges decide: of all "
    "neighbours among its bytes join those with the lowest rank, until two parts are left.",
    name="first-cut",
)
def recover_merges(ranks):
    return _recover(ranks, lambda token, ranks: _cuts(token, ranks)[0])


@misconception(
    "The cut with the longest left part is taken. Which two a token was made of, the older merges decide: of all "
    "neighbours among its bytes join those with the lowest rank, until two parts are left.",
    name="last-cut",
)
def recover_merges(ranks):
    return _recover(ranks, lambda token, ranks: _cuts(token, ranks)[-1])


@misconception(
    "Of the cuts into two tokens the one with the youngest part, the highest rank, is taken. The oldest merges go "
    "first, those of the lowest rank.",
    name="youngest-part",
)
def recover_merges(ranks):
    return _recover(ranks, lambda token, ranks: max(_cuts(token, ranks), key=lambda cut: max(map(ranks.get, cut))))


@misconception(
    "Where the lowest rank comes twice, the last is joined first. Merges go from the left: aaa becomes (aa, a).",
    name="ties-from-the-right",
)
def recover_merges(ranks):
    def last(places, key):
        return min(reversed(places), key=key)

    return _recover(ranks, lambda token, ranks: _two(token, ranks, last))


@misconception(
    "Neighbours are joined from the left, as they come, as soon as they make a token. The pair with the lowest rank is "
    "the first to be joined, wherever it stands.",
    name="from-the-left",
)
def recover_merges(ranks):
    return _recover(ranks, lambda token, ranks: _two(token, ranks, lambda places, key: places[0]))


@misconception(
    "Of all neighbours those go first that make the longest token. The oldest go first, those of the lowest rank.",
    name="by-length",
)
def recover_merges(ranks):
    def longest(token, ranks):
        parts = [bytes([byte]) for byte in token]
        while len(parts) > 2:
            joined = [left + right for left, right in pairwise(parts)]
            joined = [each if ranks.get(each, ranks[token]) < ranks[token] else b"" for each in joined]
            if not any(joined):
                raise ValueError(f"{token} is not made of two tokens of lower rank")
            i = max(range(len(joined)), key=lambda i: len(joined[i]))
            parts[i : i + 2] = [parts[i] + parts[i + 1]]
        return parts

    return _recover(ranks, longest)


@misconception(
    "The merges are numbered anew, 256, 257, …, though ranks have gaps. The id of a merge is the rank of its token.",
    name="numbered-anew",
)
def recover_merges(ranks):
    merges = {}
    known = {bytes([byte]): ranks[bytes([byte])] for byte in range(256)}
    for token in sorted(ranks, key=ranks.get):
        if len(token) > 1:
            left, right = _two(token, ranks)
            known[token] = merges[known[left], known[right]] = 256 + len(merges)
    return merges


@misconception(
    "A single byte stands in the merges as itself. It goes by its rank, like every other token: ranks[left], which "
    "for GPT-4 is another number.",
    name="permutation-left-out",
)
def recover_merges(ranks):
    return _recover({token: token[0] if len(token) == 1 else rank for token, rank in ranks.items()})


@misconception(
    "The merges are pairs of bytes here, (b'a', b'b'). They are wanted as pairs of ranks: ranks[left], ranks[right].",
    name="pairs-of-bytes",
)
def recover_merges(ranks):
    tokens = sorted(ranks, key=ranks.get)
    return {tuple(_two(token, ranks)): ranks[token] for token in tokens if len(token) > 1}


@misconception(
    "A token that nothing older makes is skipped. It is a fault of the ranks: raise ValueError, and name the token.",
    name="skips-the-impossible",
)
def recover_merges(ranks):
    merges = {}
    for token in sorted(ranks, key=ranks.get):
        parts = [bytes([byte]) for byte in token]
        while len(parts) > 2:
            joined = [ranks.get(a + b, ranks[token]) for a, b in pairwise(parts)]
            if min(joined) >= ranks[token]:
                break
            i = joined.index(min(joined))
            parts[i : i + 2] = [parts[i] + parts[i + 1]]
        if len(parts) == 2:
            merges[ranks[parts[0]], ranks[parts[1]]] = ranks[token]
    return merges


@misconception(
    "A token may be made of one that came later. Only merges with a lower rank had been made when it was: leave out "
    "neighbours whose joined bytes have a higher one.",
    name="younger-parts",
)
def recover_merges(ranks):
    return _recover(ranks, lambda token, ranks: _two(token, ranks, limit=False))


@misconception(
    "The ranks are mapped to bytes. byte_shuffle goes from a byte to its rank, {byte: rank}.",
    name="shuffle-inverted",
)
def byte_shuffle(ranks):
    return dict(sorted((ranks[bytes([byte])], byte) for byte in range(256)))


@misconception(
    "Each byte is mapped to itself. GPT-4 numbers them in another order: the number of b is the rank of bytes([b]).",
    name="no-shuffle",
)
def byte_shuffle(ranks):
    return {byte: byte for byte in range(256)}


def _split(text, pattern, wrong):
    return regex.findall(wrong if pattern == GPT4 else pattern, text)


@misconception(
    "Contractions are split off in small letters only, as GPT-2 does. GPT-4 takes capitals as well: (?i:…).",
    name="small-contractions",
)
def split(text, pattern=GPT4):
    return _split(text, pattern, pattern.replace("(?i:", "(?:"))


@misconception(
    "A space alone may go with the letters behind it, as with GPT-2. With GPT-4 any one character may that is neither "
    "a letter, a number nor a line end: [^\\r\\n\\p{L}\\p{N}]?.",
    name="only-a-space-before",
)
def split(text, pattern=GPT4):
    return _split(text, pattern, pattern.replace(r"[^\r\n\p{L}\p{N}]?+\p{L}+", r" ?\p{L}+"))


@misconception(
    "Line ends go with the letters behind them. \\r and \\n are excepted from the character that may stand before "
    "letters: [^\\r\\n\\p{L}\\p{N}]?.",
    name="line-end-before-letters",
)
def split(text, pattern=GPT4):
    return _split(text, pattern, pattern.replace(r"[^\r\n\p{L}\p{N}]?+\p{L}+", r"[^\p{L}\p{N}]?\p{L}+"))


@misconception(
    "Numbers may have any length. GPT-4 cuts them after three digits: \\p{N}{1,3}.",
    name="long-numbers",
)
def split(text, pattern=GPT4):
    return _split(text, pattern, pattern.replace(r"\p{N}{1,3}|", r"\p{N}+|"))


@misconception(
    "A space goes with the number behind it, as with GPT-2. With GPT-4 numbers stand alone: \\p{N}{1,3} without ' ?'.",
    name="space-before-numbers",
)
def split(text, pattern=GPT4):
    return _split(text, pattern, pattern.replace(r"|\p{N}{1,3}|", r"| ?\p{N}{1,3}|"))


@misconception(
    "Line ends after signs are chunks of their own. With GPT-4 they go with the signs: [\\r\\n]* after them.",
    name="line-ends-apart-from-signs",
)
def split(text, pattern=GPT4):
    return _split(text, pattern, pattern.replace(r"++[\r\n]*", "++"))


@misconception(
    "The alternative for line ends is missing. White space is cut after its last line end: \\s*[\\r\\n] comes before "
    "\\s+(?!\\S).",
    name="no-line-ends",
)
def split(text, pattern=GPT4):
    return _split(text, pattern, pattern.replace(r"|\s*[\r\n]|", "|"))


@misconception(
    "The pattern that is given is not used: findall takes pattern, not GPT4.",
    name="pattern-ignored",
)
def split(text, pattern=GPT4):
    return regex.findall(GPT4, text)


def _lines(merges, pattern, as_word, first=lambda pattern, as_word: as_word(pattern.encode())):
    vocab = {byte: bytes([byte]) for byte in range(256)}
    for (left, right), idx in merges.items():
        vocab[idx] = vocab[left] + vocab[right]
    return [first(pattern, as_word), *(f"{as_word(token)} {idx}" for idx, token in vocab.items())]


def _base64(data):
    return base64.b64encode(data).decode()


@misconception(
    "Tokens are written with repr, as b'…'. The file has base64, in which no token holds a space or a line break.",
    name="repr",
)
def save(path, merges, pattern):
    Path(path).write_text("\n".join(_lines(merges, pattern, repr, lambda pattern, _: _base64(pattern.encode()))) + "\n")


@misconception(
    "base64 is written with the bytes' own quotes, b'…', as str makes them. b64encode gives bytes: decode them.",
    name="str-of-bytes",
)
def save(path, merges, pattern):
    Path(path).write_text("\n".join(_lines(merges, pattern, lambda data: str(base64.b64encode(data)))) + "\n")


@misconception(
    "The pattern is written as it is, so one with a line break in it takes several lines. Its UTF-8 goes into base64.",
    name="plain-pattern",
)
def save(path, merges, pattern):
    Path(path).write_text("\n".join(_lines(merges, pattern, _base64, lambda pattern, _: pattern)) + "\n")


@misconception(
    "The single bytes are left out of the file. They are tokens too, and come first: AA== 0 to /w== 255.",
    name="bytes-left-out",
)
def save(path, merges, pattern):
    lines = _lines(merges, pattern, _base64)
    Path(path).write_text("\n".join(lines[:1] + lines[257:]) + "\n")


@misconception(
    "The file is appended to (mode 'a'), so that a second save leaves the first in it. Write it anew, mode 'w'.",
    name="appends",
)
def save(path, merges, pattern):
    with Path(path).open("a") as file:
        file.write("\n".join(_lines(merges, pattern, _base64)) + "\n")


@misconception(
    "The pattern is written in ASCII or Latin-1, and other characters become ?. Encode it in UTF-8 before base64.",
    name="pattern-in-latin-1",
)
def save(path, merges, pattern):
    def first(pattern, as_word):
        return as_word(pattern.encode("latin-1", errors="replace"))

    Path(path).write_text("\n".join(_lines(merges, pattern, _base64, first)) + "\n")


@misconception(
    "The last line has no line break. Every line ends with one.",
    name="no-last-line-break",
)
def save(path, merges, pattern):
    Path(path).write_text("\n".join(_lines(merges, pattern, _base64)))


def _load(path, decode, wrong=None, *, twice=True):
    ranks, pattern = {}, ""
    for number, line in enumerate(Path(path).read_text().splitlines(), 1):
        try:
            if number == 1:
                pattern = decode(line).decode()
                continue
            word, rank = line.split(" ")
            token, rank = decode(word), int(rank)
        except ValueError as error:
            if wrong is None:
                raise ValueError(f"line {number}: {line}") from error
            wrong(error)
            continue
        if twice and (token in ranks or rank in ranks.values()):
            raise ValueError(f"line {number}: {line}")
        ranks[token] = rank
    return recover_merges(ranks), pattern


def _strict(word):
    return base64.b64decode(word, validate=True)


@misconception(
    "Letters that are not of base64 are passed over. base64.b64decode raises for them with validate=True only.",
    name="lenient-base64",
)
def load(path):
    return _load(path, base64.b64decode)


@misconception(
    "Lines that cannot be read are skipped in silence. A tokenizer that lacks a token is another one: raise ValueError "
    "with the line's number.",
    name="skips-broken-lines",
)
def load(path):
    return _load(path, _strict, wrong=lambda error: None)


def _again(error):
    raise error


@misconception(
    "The error comes, and says nothing of where. Catch it, and raise ValueError with the number of the line.",
    name="no-line-named",
    violates=("broken_lines",),
)
def load(path):
    return _load(path, _strict, wrong=_again)


@misconception(
    "A token or a rank that comes twice is taken as it is, and one of the two is lost. Raise ValueError with the "
    "number of the second line.",
    name="twice",
)
def load(path):
    return _load(path, _strict, twice=False)


@misconception(
    "load gives (pattern, merges). The merges come first.",
    name="swapped",
)
def load(path):
    return _load(path, _strict)[::-1]
