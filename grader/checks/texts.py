"""Texts for checks of tokenizers: Unicode that hurts, prose to train on; and byte pair encoding with tiktoken.

Only characters that Unicode has had for long are drawn: libraries do not agree on those of the last few years.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from grader.checks.compare import assert_equal
from grader.checks.context import Mismatch, current
from grader.checks.draws import integer
from grader.checks.in_words import are, show, type_in_words

if TYPE_CHECKING:
    from grader.checks.draws import Rng

GPT2 = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""  # how GPT-2 splits a text
WHOLE = r"(?s).+"  # does not split it at all

CONTRACTIONS = ("'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "'LL", "'x", "’s", "'")
NUMBERS = ("7", "42", "2026", "3.14", "1,000", "²", "½", "Ⅷ", "٣٤", "१२", "४", "x2", "2x")
SPACES = (" ", " ", "  ", "   ", "\n", "\n\n", "\t", "\r\n", " \n ", "\u00a0", "\u3000", "\x1c")
MARKS = ("!", "?!", "...", "—", "_", "__x", "#", "$", "\\", "|", "(", ")", '"', "«", "+", "<|", "|>", "\0")
SCRIPTS = (
    *("日本語", "漢字かな交じり", "中文", "한국어", "Русский", "й", "ελληνικά", "עברית", "العربية", "हिन्दी"),
    *("ไทย", "é", "e\u0301", "n\u0303", "ñandú", "Straße", "ﬁ", "İ", "ǅ", "Ω", "𝔘𝔫𝔦", "𐌰"),
)
EMOJI = ("😀", "👍🏽", "🇩🇪", "❤️", "👩\u200d🚀", "🏴\u200d☠️", "∑", "→", "\ufeff")
# What is lost or changed by whoever opens, strips, splits into lines, normalises or cleans a text.
HARD = (
    *("\r\n", "\r", "\u2028", "\x85", "\f", "\0", "\ufeff", "\u00a0", "  "),
    *("e\u0301", "\u0301", "\u1112\u1161\u11ab", "\u212b", "ﬁ", "İ"),  # decomposed, or composed anew, or unpaired
)

_BLOCKS = (
    *((0x20, 0x24F), (0x300, 0x36F), (0x391, 0x3A1), (0x400, 0x52F), (0x5D0, 0x5EA), (0x905, 0x939)),
    *((0x2010, 0x2027), (0x2190, 0x23F0), (0x3041, 0x3096), (0x4E00, 0x9FA5), (0xAC00, 0xD7A3), (0x1F300, 0x1F64F)),
)


def texts(most: int = 8) -> SearchStrategy[str]:
    """Texts of up to so many pieces: words, contractions, numbers, white space, scripts of the world, emoji.

    Besides, every other text has a given piece of ``HARD``, so that each run has them all. They shrink to the empty
    text, and to a few letters. No lone surrogates: such a text has no UTF-8.
    """
    pieces = st.one_of(
        st.text("abcdeo", min_size=1, max_size=5),
        *map(st.sampled_from, (SPACES, CONTRACTIONS, NUMBERS, MARKS, SCRIPTS, EMOJI)),
        st.one_of([st.characters(min_codepoint=low, max_codepoint=high) for low, high in _BLOCKS]),
    )
    drawn = st.binary(min_size=len(HARD), max_size=len(HARD))
    return st.builds(_with_hard, st.lists(pieces, max_size=most), drawn)


def _with_hard(pieces: list[str], drawn: bytes) -> str:
    """The pieces joined; those of ``HARD`` whose byte is 128 or more stand among them, at the place that it says."""
    pieces = [*pieces]
    for piece, byte in zip(HARD, drawn, strict=True):
        if byte >= 128:
            pieces.insert(byte % 128 % (len(pieces) + 1), piece)
    return "".join(pieces)


def hard(rng: Rng) -> list[str]:
    """A short text for each piece of ``HARD``, in random order: at its beginning, within, after a space, at its end."""
    pieces = [*HARD]
    made = []
    while pieces:
        piece = pieces.pop(integer(rng, 0, len(pieces) - 1))
        first, second, third = (letters(rng, integer(rng, 2, 4)) for _ in range(3))
        made.append(f"{piece}{first}{piece}{second} {piece}{third}{piece}")
    return made


def letters(rng: Rng, length: int) -> str:
    """So many random small letters, a to z, by a generator of either kind."""
    return "".join(chr(97 + integer(rng, 0, 25)) for _ in range(length))


def mixture(rng: np.random.Generator, pieces: int) -> str:
    """So many random pieces of every kind of text, side by side; where there is room, all of ``HARD`` among them."""
    kinds = (SPACES, CONTRACTIONS, NUMBERS, MARKS, SCRIPTS, EMOJI)
    chosen = [*HARD] if pieces >= 2 * len(HARD) else []
    while len(chosen) < pieces:
        kind = kinds[rng.integers(len(kinds))]
        chosen.append(word(rng) if rng.random() < 0.3 else kind[rng.integers(len(kind))])
    return "".join(chosen[place] for place in rng.permutation(pieces))


def word(rng: np.random.Generator, low: int = 1, high: int = 6) -> str:
    """A word of random small letters, ``low`` to ``high`` long."""
    return "".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz"), rng.integers(low, high + 1)))


@functools.cache
def _paragraphs() -> tuple[str, ...]:
    from pydoc_data.topics import topics

    return tuple(part for page in topics.values() for part in page.split("\n\n") if len(part) > 40)


def prose(rng: np.random.Generator, size: int) -> str:
    """English of about so many characters: random paragraphs of Python's own manual, in random order."""
    paragraphs = _paragraphs()
    chosen: list[str] = []
    length = 0
    for place in rng.permutation(len(paragraphs)):
        if length >= size:
            break
        chosen.append(paragraphs[place])
        length += len(paragraphs[place]) + 2
    return "\n\n".join(chosen)[:size]


def bpe(chunks: Sequence[str], vocab_size: int) -> tuple[dict[tuple[int, int], int], dict[int, bytes]]:
    """Train byte pair encoding as its definition says, each pair counted anew before each merge.

    Args:
        chunks: pieces of text that no pair may cross; ``[text]`` for a text that is not split.
        vocab_size: the 256 bytes included.

    Returns:
        merges {pair: id} in the order of training, and vocab {id: bytes}. Of the most frequent pairs the one that is
        seen first is merged; training ends early when no pair is left.
    """
    ids = np.array([byte for chunk in chunks for byte in (*chunk.encode(), -1)], dtype=np.int64)
    merges: dict[tuple[int, int], int] = {}
    vocab = {byte: bytes([byte]) for byte in range(256)}
    while len(vocab) < vocab_size:
        left, right = ids[:-1], ids[1:]
        codes = np.where((left >= 0) & (right >= 0), left << 32 | right, -1)
        pairs, first, counts = np.unique(codes, return_index=True, return_counts=True)
        counts[pairs < 0] = 0
        if not counts.any():
            break
        at = first[counts == counts.max()].min()
        pair, new = (int(ids[at]), int(ids[at + 1])), len(vocab)
        hits = np.flatnonzero(codes == codes[at])
        if pair[0] == pair[1]:  # in a run of equal ids every other place, from the left
            places = np.arange(len(hits))
            starts = np.maximum.accumulate(np.where(np.diff(hits, prepend=-2) != 1, places, 0))
            hits = hits[(places - starts) % 2 == 0]
        ids[hits] = new
        ids = np.delete(ids, hits + 1)
        merges[pair] = new
        vocab[new] = vocab[pair[0]] + vocab[pair[1]]
    return merges, vocab


def untied(chunks: Sequence[str], most: int) -> int:
    """How many merges of ``bpe``, up to so many, join a pair that occurs twice at least, and more often than others."""
    merges, _ = bpe(chunks, 256 + most)
    for made in range(len(merges)):
        counts = _counts_after(dict([*merges.items()][:made]), chunks).most_common(2)
        if counts[0][1] < 2 or (len(counts) == 2 and counts[0][1] == counts[1][1]):
            return made
    return len(merges)


def encoding(vocab: Mapping[int, bytes], pattern: str = WHOLE, special: Mapping[str, int] | None = None) -> Any:
    """Build tiktoken's encoder of a trained vocabulary, in which a lower id was merged earlier.

    Args:
        vocab: {id: bytes}, all 256 single bytes included.
        pattern: how a text is split.
        special: {text: id} of the special tokens.
    """
    import tiktoken

    ranks = {token: rank for rank, token in vocab.items()}
    return tiktoken.Encoding("trained", pat_str=pattern, mergeable_ranks=ranks, special_tokens=dict(special or {}))


def crossing(rng: np.random.Generator, vocab: Mapping[int, bytes], pattern: str = GPT2) -> str:
    """Random pieces in which a pair that merges lies across two chunks: not split, the text has other ids.

    Raises:
        RuntimeError: no such text was found: the vocabulary has no such pair.
    """
    whole, split = encoding(vocab), encoding(vocab, pattern)
    for _ in range(500):
        text = mixture(rng, 12)
        if whole.encode_ordinary(text) != split.encode_ordinary(text):
            return text
    raise RuntimeError("no pair of this vocabulary lies across two chunks")


def plain(value: Any) -> Any:
    """A result as ids are compared: NumPy's integers as int, any kind of dict as a dict.

    In lists, tuples and dicts; what holds none of these comes back as the very same object.
    """
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, dict):
        items = {plain(key): plain(item) for key, item in value.items()}
        same = type(value) is dict and all(a is b for a, b in zip(items, value, strict=False))
        return value if same and all(items[key] is value[key] for key in value) else items
    if type(value) in {list, tuple}:
        parts = [plain(item) for item in value]
        return value if all(a is b for a, b in zip(parts, value, strict=True)) else type(value)(parts)
    return value


def alike(actual: Any, right: Any) -> bool:
    """Equality in kind and in value, with dicts in one order: 97.0, True and an array of one number equal no id."""
    if type(actual) is not type(right):
        return False
    if isinstance(right, dict):
        return alike(list(actual.items()), list(right.items()))
    if isinstance(right, tuple | list):
        return len(actual) == len(right) and all(map(alike, actual, right))
    return bool(actual == right)


def first_difference(actual: Sequence[Any], right: Sequence[Any]) -> int:
    """The first place where two sequences are not alike; where there is none, where the shorter one ends."""
    pairs = enumerate(zip(actual, right, strict=False))
    return next((i for i, (a, b) in pairs if not alike(a, b)), min(len(actual), len(right)))


def assert_ids(
    actual: Any, right: list[int], vocab: Mapping[int, bytes], *, name: str, oracle: str, note: str = ""
) -> None:
    """Demand ids; where there are many, a failure names the first that differs, and shows what surrounds it.

    Args:
        actual: the ids that a submission gives; NumPy's integers are ids too.
        right: those that are right.
        vocab: {id: bytes}.
        name: what the learner calls them, ``encode(text)``.
        oracle: who says what is right.
        note: what the learner has to know besides, a sentence.
    """
    _assert_alike(actual, right, name, oracle, note, vocab)


def assert_sequence(actual: Any, right: list[str] | str, *, name: str, oracle: str = "by hand", note: str = "") -> None:
    """Demand a list of chunks, or a text; where it is long, a failure names the first place that differs.

    Args:
        actual: what a submission gives.
        right: what is right.
        name: what the learner calls it, ``split(text)``.
        oracle: who says what is right.
        note: what the learner has to know besides, a sentence.
    """
    _assert_alike(actual, right, name, oracle, note, {})


def _assert_alike(
    actual: Any, right: list[Any] | str, name: str, oracle: str, note: str, vocab: Mapping[int, bytes]
) -> None:
    call = current().call_that_gave(actual)
    actual = plain(actual)
    headline = " ".join(filter(None, (f"{name} {are(name)} not right.", note)))
    if type(actual) is type(right):
        place = first_difference(actual, right)
        if not place == len(actual) == len(right):
            long = not (_shown_whole(actual) and _shown_whole(right))
            if long or _other_kind(actual, right, place):
                headline = " ".join(filter(None, (_where(actual, right, place, name, vocab), note)))
            if long:
                before, after = (20, 20) if type(right) is str else (4, 6)
                shown = slice(max(0, place - before), place + after)
                actual, right = actual[shown], right[shown]
            raise current().fail(Mismatch("values", name, headline, actual, right, oracle=oracle, call=call))
    assert_equal(actual, right, name=name, oracle=oracle, headline=headline)  # types too


def _other_kind(actual: Sequence[Any], right: Sequence[Any], place: int) -> bool:
    return place < min(len(actual), len(right)) and type(actual[place]) is not type(right[place])


_SHORT = 40  # ids that are shown whole


def _shown_whole(value: Sequence[Any]) -> bool:
    return (len(value) <= _SHORT or type(value) is str) and not show(value).endswith("…")


def _where(actual: Sequence[Any], right: Sequence[Any], place: int, name: str, vocab: Mapping[int, bytes]) -> str:
    if _other_kind(actual, right, place):
        yours, wanted = (type_in_words(sequence[place]) for sequence in (actual, right))
        return f"At place {place} {name} holds {yours}; {wanted} is wanted there."
    before = b"".join(vocab.get(i, b"") for i in right[max(0, place - 6) : place]).decode(errors="replace")
    yours, wanted = (_token(sequence, place, vocab) for sequence in (actual, right))
    said = f", after {before!r}" if before else ""
    return f"{name} first differs at place {place}{said}: yours {yours}, expected {wanted}."


def _token(ids: Sequence[Any], place: int, vocab: Mapping[int, bytes]) -> str:
    if place >= len(ids):
        return "ends there"
    idx = ids[place]
    token = vocab.get(idx) if type(idx) is int else None
    return show(idx) if token is None else f"{idx} ({token!r})"


def assert_merges(merges: Any, chunks: Sequence[str], vocab_size: int, *, blame: str = "") -> None:
    """Demand the merges that training gives; a failure says where they first differ, and why.

    Args:
        merges: what a submission learned.
        chunks: what it learned from, as for ``bpe``.
        vocab_size: the size it was asked for.
        blame: why they differ, where the check knows a reason; it is said in place of the difference.
    """
    right, _ = bpe(chunks, vocab_size)
    call = current().call_that_gave(merges)
    merges = plain(merges)
    if type(merges) is not dict:
        assert_equal(merges, right, name="merges")
    theirs, ours = list(merges.items()), list(right.items())
    place = first_difference(theirs, ours)
    if not place == len(theirs) == len(ours):
        headline = blame or _what_differs(theirs, ours, place, chunks, vocab_size)
        yours, wanted = (dict(merges[max(0, place - 2) : place + 4]) for merges in (theirs, ours))
        raise current().fail(Mismatch("values", "merges", headline, yours, wanted, oracle="by hand", call=call))


def _what_differs(
    theirs: list[tuple[Any, Any]],
    ours: list[tuple[tuple[int, int], int]],
    place: int,
    chunks: Sequence[str],
    vocab_size: int,
) -> str:
    if place == len(theirs):
        return f"{_learned(theirs, ours)}. The next one is {show(ours[place][0])}."
    if place == len(ours):
        end = "the vocabulary is full" if 256 + place == vocab_size else "no pair is left"
        return f"{_learned(theirs, ours)}, as {end}."
    (pair, new), (wanted, idx) = theirs[place], ours[place]
    if not (type(pair) is tuple and len(pair) == 2 and all(type(token) is int for token in pair)):
        return "merges maps each pair of ids to its new id, {(left id, right id): id}, and an id is an int."
    if pair == wanted:
        if type(new) is not int:
            return f"Merge number {place + 1} is given {type_in_words(new)} for its id; an int is wanted, {idx}."
        return f"Merge number {place + 1} is given the id {show(new)}; {idx} is the next free one."
    counts = _counts_after(dict(ours[:place]), chunks)
    after = f", after {place} right merge{'s' * (place > 1)}" if place else ""
    said = f"Merge number {place + 1} joins {show(pair)}; {wanted} is wanted{after}"
    if pair not in counts:
        return f"{said}. Yours does not occur in the sequence at that point, {wanted} occurs {_times(counts[wanted])}."
    if counts[pair] == counts[wanted]:
        return f"{said}. Both occur {_times(counts[wanted])}, and {wanted} is seen first."
    return f"{said}. Yours occurs {_times(counts[pair])} at that point, {wanted} {_times(counts[wanted])}."


def _learned(theirs: Sequence[Any], ours: Sequence[Any]) -> str:
    wanted = "1 is wanted" if len(ours) == 1 else f"{len(ours) or 'none'} are wanted"
    return f"You learn {len(theirs) or 'no'} merge{'s' * (len(theirs) != 1)}; {wanted}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _counts_after(merges: Mapping[tuple[int, int], int], chunks: Sequence[str]) -> Counter[tuple[int, int]]:
    """How often each pair occurs once these merges have been made."""
    counts: Counter[tuple[int, int]] = Counter()
    for chunk in chunks:
        ids = list(chunk.encode())
        for pair, new in merges.items():
            merged: list[int] = []
            for token in ids:
                if merged and (merged[-1], token) == pair:
                    merged[-1] = new  # an id of its own: it equals neither of the pair
                else:
                    merged.append(token)
            ids = merged
        counts.update(pairwise(ids))
    return counts
