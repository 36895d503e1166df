"""A stored failure as an example that says nothing of whose it is."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator

import msgspec

from grader.cohort.records import LearnerRow
from grader.reports.model import Counterexample, Finding
from grader.reports.text import sanitize

_LONGEST = 600  # characters of a text
_MOST_INPUTS = 8
_GONE = "…"

# What names a place on somebody's machine: in quotes, from a root on, or by the ending of a file.
_PLACES = re.compile(
    r"(?P<quote>['\"])(?:~|\.{0,2}[/\\]|[A-Za-z]:[/\\]|file:)[^'\"\n]*(?P=quote)"
    r"|(?<![\w.)\]/])(?:~|file:/)?/[^\s/'\"()]+/[^\s'\"()]*"
    r"|\b[A-Za-z]:\\[^\s'\"]+"
    r"|(?:[^\s'\"()/\\]+[/\\])*[^\s'\"()/\\]+\.(?:py|ipynb|zip|gz|tgz|tar|txt|csv|pt|pth|npy|npz|json|pkl)\b"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}"
)


class Told(msgspec.Struct, frozen=True):
    """What is read of a stored failure: its map of errors is large, and its traceback the learner's own."""

    headline: str
    findings: tuple[Finding, ...] = ()
    counterexample: Counterexample | None = None


class Example(msgspec.Struct, frozen=True):
    """One learner's failure, to be shown to all.

    Attributes:
        demand: what the check demands.
        headline: what is wrong.
        inputs: (name, value) of the call.
        yours: what the learner's code answered.
        expected: what is right; empty where the check keeps it to itself.
    """

    demand: str
    headline: str
    inputs: tuple[tuple[str, str], ...] = ()
    yours: str = ""
    expected: str = ""

    @property
    def size(self) -> int:
        """How much there is to read."""
        return len(self.headline) + len(self.yours) + sum(len(name) + len(text) for name, text in self.inputs)


class _Body(msgspec.Struct, frozen=True):
    failure: Told | None = None


_READ = msgspec.msgpack.Decoder(_Body)


def told(body: bytes) -> Told | None:
    """The failure in what the gradebook keeps of a check; None where there is none."""
    return _READ.decode(zlib.decompress(body)).failure


def example(failure: Told, demand: str, learner: LearnerRow) -> Example:
    """A failure without its learner."""
    names = _names(learner)
    shown = failure.counterexample
    if shown is None:
        return Example(demand, _without(failure.headline, names))
    return Example(
        demand,
        _without(failure.headline, names),
        tuple((_without(value.name, names), _without(value.text, names)) for value in shown.inputs[:_MOST_INPUTS]),
        _without(shown.yours, names),
        _without(shown.expected or "", names),
    )


def anonymous(text: str, learner: LearnerRow) -> str:
    r"""A text without places and addresses, nor any name of its learner's.

    >>> zoe = LearnerRow(1, "canvas:77", "Zoë O’Brien", "77", "zob", "", "", enrolled=True)
    >>> anonymous("FileNotFoundError: '/home/x/data.txt', asked zoe_obrien", zoe)
    'FileNotFoundError: …, asked …_…'
    """
    return _without(text, _names(learner))


def _without(text: str, names: re.Pattern[str] | None) -> str:
    text = sanitize(text[: 2 * _LONGEST], multiline=True)
    text = _PLACES.sub(_GONE, text)
    text = names.sub(_GONE, text) if names is not None else text
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _names(learner: LearnerRow) -> re.Pattern[str] | None:
    """What finds a learner's names, whatever stands beside them but letters: ``zoe`` in ``zoe_1``."""
    found = sorted(set(_spellings(learner)), key=len, reverse=True)
    if not found:
        return None
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, found))})(?![^\W_])", re.IGNORECASE)


def _spellings(learner: LearnerRow) -> Iterator[str]:
    whole = [learner.name, learner.login, learner.email, learner.number, learner.key, learner.key.partition(":")[2]]
    parts = [part for name in whole for part in re.split(r"[\s,;.@<>()_-]+", name)]
    pieces = [piece for part in parts for piece in re.split("['’‘`]", part)]  # however O’Brien is spelt
    for name in [*whole, *parts, *pieces]:
        plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
        letters = "".join(c for c in plain if c.isalnum() or c.isspace())
        for spelling in (name, plain, letters):
            if _tells(spelling.strip()):
                yield sanitize(spelling.strip())


def _tells(name: str) -> bool:
    """Whether a name is long enough to be no other word or number: 李雷 is, ``x`` and ``1000`` are not."""
    if name.isdigit():
        return len(name) > 4
    return len(name) > (2 if name.isascii() else 1)
