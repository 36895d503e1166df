"""Names of files and folders for learners, whatever the learners are called; and as each platform takes them back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from grader.cohort.people import numbers_of
from grader.cohort.records import HandInRow, LearnerRow

_MOST_BYTES = 120  # a name has 255 at most, and more comes behind it
_FORBIDDEN = frozenset('/\\:*?"<>|')  # on any system; the zip may be opened on another one
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.IGNORECASE)
_OF_CANVAS = re.compile(r"[^/]*?_(?:LATE_)?\d+_\d+_", re.IGNORECASE)
_OF_MOODLE = re.compile(r"_(\d+)_assignsubmission_")

Naming = Callable[[LearnerRow, Sequence[HandInRow]], str]


def safe_name(text: str) -> str:
    r"""A text as the name of a file that every system takes, and that leads nowhere.

    ``../Zoë\0:.`` -> ``Zoë``. Letters of all scripts stay; what turns or hides them does not.
    """
    kept = [
        " " if char in _FORBIDDEN or char.isspace() else char
        for char in unicodedata.normalize("NFC", text[:1000])
        if char.isspace() or unicodedata.category(char)[0] != "C"
    ]
    name = " ".join("".join(kept).split()).strip(". ~-")
    while len(name.encode()) > _MOST_BYTES:
        name = name[:-1]
    name = name.strip(". ") or "learner"
    return f"_{name}" if _RESERVED.match(name) else name


class UniqueNames:
    """Names of which no two are one, also where case does not count."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str) -> str:
        """The name, or the name with a number behind it."""
        number, taken = 1, name
        while unicodedata.normalize("NFKC", taken).casefold() in self._taken:
            number += 1
            taken = f"{name} {number}"
        self._taken.add(unicodedata.normalize("NFKC", taken).casefold())
        return taken


def plain_naming() -> Naming:
    """A folder each: ``Kim (1001)/``."""
    names = UniqueNames()

    def name(learner: LearnerRow, hand_ins: Sequence[HandInRow]) -> str:
        del hand_ins
        number = f" ({safe_name(learner.number)})" if learner.number and learner.number != learner.shown else ""
        return names.take(safe_name(learner.shown) + number) + "/"

    return name


def moodle_naming() -> Naming:
    """A folder each, as an assignment's download has them: ``Kim_1234567_assignsubmission_file_/``.

    Moodle reads the number between the first two underscores; without one there is no name. A number of Canvas's is
    somebody else's in Moodle, or nobody's.
    """

    def name(learner: LearnerRow, hand_ins: Sequence[HandInRow]) -> str:
        found = [match[1] for hand_in in hand_ins if (match := _OF_MOODLE.search(hand_in.source))]
        known = set() if learner.key.startswith("canvas:") else numbers_of(learner)
        numbers = found[-1:] or sorted(number for number in known if number.isascii() and number.isdigit())
        shown = safe_name(learner.shown.replace("_", " "))
        return f"{shown}_{numbers[0]}_assignsubmission_file_/" if numbers else ""

    return name


def canvas_naming() -> Naming:
    """Files with the beginning of the submission's name, ``kim_1001_5001_``: by its numbers Canvas takes them back.

    Without a submission that has such a name there is none.
    """

    def name(learner: LearnerRow, hand_ins: Sequence[HandInRow]) -> str:
        del learner
        for hand_in in reversed(hand_ins):
            for part in reversed(re.split(r"[/\\]|: ", hand_in.source)):  # "submissions.zip: kim_1001_5001_a.py"
                match = _OF_CANVAS.match(part)
                if match:
                    numbers = re.findall(r"\d+", match[0])[-2:]
                    return f"{safe_name(part[: match.end()].split('_')[0])}_{'_'.join(numbers)}_"
        return ""

    return name


NAMINGS: dict[str, Callable[[], Naming]] = {"plain": plain_naming, "canvas": canvas_naming, "moodle": moodle_naming}
