"""Which hand-ins of one exercise resemble each other: a hint for a human to look at, and never a verdict.

Names, comments and layout do not count, nor does the order of functions, nor what stands in the stub. What remains is
cut into pieces of 25 characters of syntax, and the pieces that two texts share are told, by copydetect. Texts stay in
memory.
"""

from __future__ import annotations

import heapq
import importlib
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from grader.errors import UsageError
from grader.names import printable

if TYPE_CHECKING:
    from numpy.typing import NDArray

# How alike are right solutions of people who worked apart? Of each exercise of this course there are a solution and at
# least three that were written another way: 453 pairs, of which 358 are long enough to tell. Half of these share a
# twelfth at most, one in twenty more than 0.4, and the two most alike 0.71. In a class more people write the obvious
# thing than in these, which were meant to differ: below 0.8 most of what is listed would be chance.
THRESHOLD = 0.8
# Shorter than some ten lines, there is one obvious way: two quizzes of the same pairs share 0.83 of 40 pieces.
FEWEST = 100  # pieces
LONGEST = 60_000  # characters; reading them takes a second, whatever they are
_PIECE = 25  # characters of syntax, copydetect's own choice
_MOST_PAIRS = 1_000
_ROUGHLY = 8  # pieces that are shared are fewer than the characters that they cover, up to about as many times


class Pair(msgspec.Struct, frozen=True):
    """Two hand-ins of an exercise that resemble each other.

    Attributes:
        exercise: its id.
        first: whose the one is.
        second: whose the other is.
        first_share: how much of the first is in the second too, from 0 to 1; the stub's text counts nowhere.
        second_share: how much of the second is in the first.
        first_lines: the lines of the first that are, from and to, both included.
        second_lines: the lines of the second.
    """

    exercise: str
    first: str
    second: str
    first_share: float
    second_share: float
    first_lines: tuple[tuple[int, int], ...]
    second_lines: tuple[tuple[int, int], ...]


class LeftOut(msgspec.Struct, frozen=True):
    """A hand-in that was not compared.

    Attributes:
        exercise: its id.
        learner: whose it is.
        why: a clause, as in ``it is too short to tell``.
    """

    exercise: str
    learner: str
    why: str


class Resemblances(msgspec.Struct, frozen=True):
    """What was found.

    Attributes:
        pairs: the most alike first, a thousand at most.
        more: how many pairs there are beyond these.
        left_out: what was not compared, and why.
        compared: how many texts were.
    """

    pairs: tuple[Pair, ...]
    more: int
    left_out: tuple[LeftOut, ...]
    compared: int


def similar_pairs(
    files: Mapping[str, Mapping[str, str]], stubs: Mapping[str, str], threshold: float = THRESHOLD
) -> tuple[Pair, ...]:
    """Find the pairs of hand-ins that resemble each other; see ``resemblances``."""
    return resemblances(files, stubs, threshold).pairs


def resemblances(
    files: Mapping[str, Mapping[str, str]], stubs: Mapping[str, str], threshold: float = THRESHOLD
) -> Resemblances:
    """Compare the hand-ins of each exercise with each other.

    Args:
        files: learner -> exercise -> the text that was handed in.
        stubs: exercise -> the text that all started from, which is taken out.
        threshold: how much of either must be in the other, from 0 to 1.

    Returns:
        The pairs, and what was too short, or too long, to be compared.

    Raises:
        UsageError: the extra is not installed, or the threshold is no share.
    """
    if not 0 < threshold <= 1:
        raise UsageError(f"The threshold is a share above 0 and up to 1, as 0.8, and not {threshold:g}.")
    _demand_extra()
    texts: dict[str, dict[str, str]] = {}
    for learner, handed_in in files.items():
        for exercise, text in handed_in.items():
            texts.setdefault(exercise, {})[learner] = text
    pairs: list[Pair] = []
    left_out: list[LeftOut] = []
    found = compared = 0
    for exercise, of_learners in texts.items():
        prints = _fingerprints(exercise, of_learners, stubs.get(exercise, ""), left_out)
        compared += len(prints)
        alike = list(_alike(prints, threshold))
        found += len(alike)
        for one, other, *shares in heapq.nlargest(_MOST_PAIRS, alike, key=lambda pair: (max(pair[2:]), min(pair[2:]))):
            pairs.append(_pair(exercise, prints[one], prints[other], (shares[0], shares[1])))
    pairs.sort(key=lambda pair: (-max(pair.first_share, pair.second_share), pair.exercise, pair.first, pair.second))
    return Resemblances(tuple(pairs[:_MOST_PAIRS]), max(0, found - _MOST_PAIRS), tuple(left_out), compared)


def in_words(found: Resemblances) -> list[str]:
    """What is printed of it, line by line: safe for a terminal, and said to be a hint."""
    lines = [
        f"{pair.exercise}: {_name(pair.first)} and {_name(pair.second)}: {pair.first_share:.0%} of the one, "
        f"{pair.second_share:.0%} of the other (lines {_ranges(pair.first_lines)} and {_ranges(pair.second_lines)})"
        for pair in found.pairs
    ]
    if found.more:
        lines.append(f"{found.more:,} more pairs are less alike than these. A higher --threshold lists fewer.")
    if not found.pairs:
        lines.append(f"No two of the {found.compared:,} texts that were compared resemble each other that much.")
    reasons = Counter((left.exercise, left.why) for left in found.left_out)
    lines += [f"{exercise}: {count:,} not compared: {why}." for (exercise, why), count in reasons.items()]
    lines.append(
        "This is a hint where to look, and no verdict: people who worked apart write alike, the more so the shorter an "
        "exercise is, and who worked together may have been allowed to. Read both, and ask both."
    )
    return lines


def _name(learner: str) -> str:
    return printable(learner, 80)


def _ranges(lines: Sequence[tuple[int, int]]) -> str:
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in lines)


class _Text(msgspec.Struct, frozen=True, eq=False):
    """What is compared of a hand-in.

    Attributes:
        learner: whose it is.
        starts: where each of its lines begins.
        skipped: how many empty lines stand above what copydetect has seen.
        marks: copydetect's fingerprints, without the stub's.
    """

    learner: str
    starts: NDArray[Any]
    skipped: int
    marks: Any


def _demand_extra() -> None:
    try:
        importlib.import_module("copydetect")
    except ImportError as error:
        raise UsageError(
            "Comparing hand-ins needs copydetect, which is not installed: pip install 'gradlings[similarity]'"
        ) from error


def _marks_of(text: str) -> Any:
    """All pieces of a text: which of them is chosen must not depend on the process, as Python's hashes do."""
    from copydetect import CodeFingerprint

    marks = CodeFingerprint("text.py", _PIECE, 1, fp=io.StringIO(text), language="python")
    marks.offsets[:, 1] = np.maximum.accumulate(marks.offsets[:, 1])  # at a class it counts what was left out anew
    return marks


def _fingerprints(exercise: str, texts: Mapping[str, str], stub: str, left_out: list[LeftOut]) -> list[_Text]:
    """Fingerprint the texts that can be compared, and note the others."""
    from copydetect.utils import get_token_coverage

    of_stub = _marks_of(stub.strip("\n")).hashes
    found: list[_Text] = []
    for learner, text in texts.items():
        if len(text) > LONGEST:
            left_out.append(LeftOut(exercise, learner, f"longer than {LONGEST:,} characters"))
            continue
        lines = text.replace("\r\n", "\n").replace("\r", "\n")
        seen = lines.strip("\n")
        marks = _marks_of(seen)
        marks.hashes -= of_stub
        # by hand: copydetect's own way drops pieces that a text repeats as if they were the stub's
        marks.hash_idx = {mark: places for mark, places in marks.hash_idx.items() if mark in marks.hashes}
        marks.token_coverage = get_token_coverage(marks.hash_idx, _PIECE, len(marks.filtered_code))
        if len(marks.hashes) < FEWEST:
            left_out.append(LeftOut(exercise, learner, "too short to tell, beside what the stub has"))
            continue
        starts = np.cumsum([0, *(len(line) + 1 for line in seen.split("\n"))])
        found.append(_Text(learner, starts, len(lines) - len(lines.lstrip("\n")), marks))
    return found


def _alike(texts: Sequence[_Text], threshold: float) -> Iterator[tuple[int, int, float, float]]:
    """The pairs of which either has so much of the other: which two, and the share of each.

    Nobody is compared with everybody: for each piece it is known who has it.
    """
    pieces = sorted({mark for text in texts for mark in text.marks.hashes})
    number_of = {mark: number for number, mark in enumerate(pieces)}
    placed = [_placed(text, number_of) for text in texts]
    owned = [np.unique(held) for _, held in placed]
    who: dict[int, list[int]] = {}
    for number, own in enumerate(owned):
        for piece in own.tolist():
            who.setdefault(piece, []).append(number)
    having = {piece: np.array(numbers) for piece, numbers in who.items()}
    sizes = np.array([len(own) for own in owned])
    in_one, in_both = np.zeros(len(pieces), bool), np.zeros(len(pieces), bool)
    for one, own in enumerate(owned):
        counts = np.bincount(np.concatenate([having[piece] for piece in own.tolist()]), minlength=len(texts))
        enough = np.flatnonzero(counts * _ROUGHLY >= threshold * np.minimum(sizes, sizes[one]))
        in_one[own] = True
        for other in enough[enough > one].tolist():
            theirs = in_one[placed[other][1]]
            shared = placed[other][1][theirs]
            in_both[shared] = True
            shares = (
                _share(texts[one], placed[one][0][in_both[placed[one][1]]]),
                _share(texts[other], placed[other][0][theirs]),
            )
            in_both[shared] = False
            if max(shares) >= threshold:
                yield one, other, *shares
        in_one[own] = False


def _placed(text: _Text, number_of: Mapping[int, int]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Where each piece of a text begins, in order, and its number."""
    found = sorted((place, number_of[mark]) for mark, places in text.marks.hash_idx.items() for place in places)
    return np.array([place for place, _ in found]), np.array([piece for _, piece in found])


def _share(text: _Text, places: NDArray[Any]) -> float:
    """How much of a text the pieces cover that begin at some places: what copydetect finds of two, 30 times as fast."""
    if not len(places):
        return 0.0
    covered = _PIECE + np.minimum(np.diff(places), _PIECE).sum()
    return min(1.0, float(covered / text.marks.token_coverage))


def _pair(exercise: str, one: _Text, other: _Text, shares: tuple[float, float]) -> Pair:
    from copydetect.utils import find_fingerprint_overlap

    where = find_fingerprint_overlap(one.marks.hashes, other.marks.hashes, one.marks.hash_idx, other.marks.hash_idx)
    lines = (_lines_of(one, where[0]), _lines_of(other, where[1]))
    if other.learner < one.learner:
        return Pair(exercise, other.learner, one.learner, shares[1], shares[0], lines[1], lines[0])
    return Pair(exercise, one.learner, other.learner, *shares, *lines)


def _lines_of(text: _Text, places: NDArray[Any]) -> tuple[tuple[int, int], ...]:
    """The lines that the pieces at some places lie on; those that touch are one range."""
    from copydetect.utils import get_copied_slices

    removed = text.marks.offsets  # up to which place of the syntax -> how many characters of the text were left out
    ranges: list[tuple[int, int]] = []
    for start, stop in get_copied_slices(places, _PIECE).T.tolist():
        ends = np.array([start, stop - 1])
        ends += removed[np.clip(np.searchsorted(removed[:, 0], ends), 0, len(removed) - 1), 1]
        first, last = (
            np.searchsorted(text.starts, ends, "right").clip(1, len(text.starts) - 1) + text.skipped
        ).tolist()
        if ranges and first <= ranges[-1][1] + 1:
            ranges[-1] = ranges[-1][0], max(last, ranges[-1][1])
        else:
            ranges.append((first, last))
    return tuple(ranges)
