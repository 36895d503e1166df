"""What two answers have in common although their inputs differ: sentences and values without names and numbers."""

from __future__ import annotations

import math
import re

from grader.reports.model import Counterexample

OTHER = "other numbers than expected"  # how a form begins that says nothing else
_LONGEST = 160  # characters of a form
_MOST_READ = 4_000
_NEAR = 3e-3  # values are written in six digits, and three where there are many
_FEW = 3  # digits of a number that no generator has drawn

_TIMES = re.compile(r"(?<=\d)x(?=\d)")  # 3x4, of which x is no letter
_NUMBER = re.compile(r"(?<![A-Za-z_0-9.])[-−]?(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|nan|inf)(?!\w)")
_PLACE = re.compile(r"\[[\d, :]+\]  ")  # of a row that is shown of a large tensor
_QUOTED = re.compile(r"'[^'\n]{0,200}'|\"[^\"\n]{0,200}\"|`[^`\n]{0,200}`|‘[^’\n]{0,200}’")
_CALLED = re.compile(r"\b[\w.]+\(\)")
_MANY = re.compile(r"#(?:, #){3,}")
_ROWS = re.compile(r"(\[[#, …]*\])(?:, \[[#, …]*\])+")
_PLAIN = re.compile(r"[\[\](), #]*")

_RATIOS = {-1.0: "the negative of", 2.0: "2 times", 0.5: "half of", -2.0: "−2 times", -0.5: "−½ times"}


def sentence_form(text: str, *, names: bool = False) -> str:
    """A sentence without its numbers, and where `names` is set without what is in quotes or called in it.

    >>> sentence_form("dlogits is wrong in 12 of 12 numbers.")
    'dlogits is wrong in # of # numbers.'
    >>> sentence_form("RuntimeError: mat1 and mat2 shapes cannot be multiplied (3x4 and 5x6)")
    'RuntimeError: mat1 and mat2 shapes cannot be multiplied (#×# and #×#)'
    >>> sentence_form("NameError: name 'lgits' is not defined", names=True)
    'NameError: name ‘…’ is not defined'
    """
    text = " ".join(text[:_MOST_READ].split())
    if names:
        text = _CALLED.sub("…()", _QUOTED.sub("‘…’", text))
    text = _MANY.sub("#, …", _NUMBER.sub("#", _TIMES.sub("×", text)))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def answer_form(shown: Counterexample | None) -> str:
    """What was answered, by what is expected where both are numbers; empty where nothing is shown.

    >>> answer_form(Counterexample((), "[0.5, 1]", "[0.25, 0.5]"))
    '2 times what is expected'
    >>> answer_form(Counterexample((), "[0.271828, 3.1415]", "[1.4142, 1.73205]"))
    'other numbers than expected'
    """
    if shown is None or not shown.yours:
        return ""
    yours, numbers = _read(shown.yours)
    if not _PLAIN.fullmatch(yours):  # a text, a dict, a large tensor by its range
        return sentence_form(shown.yours)
    if numbers and all(math.isnan(number) for number in numbers):
        return "nan"
    if not all(map(math.isfinite, numbers)):
        return "numbers of which some are not finite"
    expected, right = _read(shown.expected or "")
    if numbers and not any(numbers) and any(right or [1.0]):
        return "zeros"
    if not right:
        return _literal(shown.yours, yours, numbers)
    if yours != expected:
        return "as many numbers in another shape" if len(numbers) == len(right) else "another number of values"
    literal = _literal(shown.yours, "", numbers) if shown.smallest else ""
    one = len(set(right)) < 2  # of which anything is a multiple
    return (literal if one else "") or _relation(numbers, right) or literal or _apart(numbers, right)


def _read(text: str) -> tuple[str, list[float]]:
    """A text with a mark for each number, and the numbers."""
    text = _PLACE.sub("", text[:_MOST_READ], count=1)
    numbers = [_as_float(found[0]) for found in _NUMBER.finditer(text)]
    return _NUMBER.sub("#", text), numbers


def _as_float(text: str) -> float:
    try:
        return float(text.replace("−", "-"))
    except ValueError:  # an address, 0x7f
        return math.nan


def _relation(yours: list[float], right: list[float]) -> str:
    """In words how the one follows from the other by a single step; empty where it does not."""
    near = _NEAR * max(map(abs, [*yours, *right]), default=0.0)
    ratios = [a / b for a, b in zip(yours, right, strict=True) if abs(b) > near]
    alike = bool(ratios) and max(ratios) - min(ratios) <= _NEAR * abs(ratios[0])
    alike = alike and all(abs(a) <= near for a, b in zip(yours, right, strict=True) if abs(b) <= near)
    if alike:
        for ratio, words in _RATIOS.items():
            if abs(ratios[0] - ratio) <= _NEAR * abs(ratio):
                return f"{words} what is expected"
    if len(set(right)) < 2:
        return ""
    if alike:
        return "a multiple of what is expected"
    if all(abs(a - b) <= near for a, b in zip(sorted(yours), sorted(right), strict=True)):
        return "what is expected, in another order"
    steps = [a - b for a, b in zip(yours, right, strict=True)]
    return "what is expected and a constant" if max(steps) - min(steps) <= near else ""


def _literal(text: str, otherwise: str, numbers: list[float]) -> str:
    """The answer itself where its numbers are such as nobody draws: ``[0, 1]``."""
    if any(len(f"{abs(number):.6g}".replace(".", "").strip("0")) > _FEW for number in numbers):
        return _ROWS.sub(r"\1, …", _MANY.sub("#, …", otherwise))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _apart(yours: list[float], right: list[float]) -> str:
    near = _NEAR * max(map(abs, right), default=0.0)
    good = sum(abs(a - b) <= near for a, b in zip(yours, right, strict=True))
    return f"{OTHER}, some of them right" if good else OTHER
