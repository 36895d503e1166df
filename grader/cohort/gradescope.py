"""Reading ``submission_metadata.yml`` of Gradescope's exports: who handed in, and when.

It is YAML as Ruby writes it, of which this reads the two lists that are wanted: a learner's words stand in it, and a
whole YAML can be told to build what nobody asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from grader.cohort.times import read_time

METADATA = "submission_metadata.yml"
MOST_BYTES = 256 << 20
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v"}


class Submitter(NamedTuple):
    """One of those who handed in together."""

    name: str = ""
    sid: str = ""
    email: str = ""


class Submitted(NamedTuple):
    """What the file says of one folder.

    Attributes:
        submitters: all of a group.
        time: ISO 8601 in UTC; empty where it does not say.
    """

    submitters: tuple[Submitter, ...]
    time: str


def read_metadata(text: str) -> dict[str, Submitted]:
    """What the file says of each folder."""
    return {folder: _submitted(lines) for folder, lines in _blocks(text)}


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """The folders, each with the lines of what is said of it: those that are indented."""
    folder, lines = "", list[str]()
    for line in text.splitlines():
        head = re.match(r"(\S.*):\s*$", line)
        if head and not line.startswith(("#", "---", "- ")):
            if folder:
                yield folder, lines
            folder, lines = _scalar(head[1]), []
        elif line.startswith(" "):
            lines.append(line)
    if folder:
        yield folder, lines


def _submitted(lines: list[str]) -> Submitted:
    submitters: list[dict[str, str]] = []
    time, key = "", ""
    for line in lines:
        found = re.match(r"  :(\w+):(?:\s+(.*))?$", line)
        if found:  # what belongs to the folder itself
            key = found[1]
            if key == "created_at" and found[2]:
                time = _time(found[2])
            continue
        item = re.match(r"  (?:  )?(- |  ):(\w+):(?:\s+(.*))?$", line)
        if key == "submitters" and item:
            if item[1] == "- ":
                submitters.append({})
            if submitters:
                submitters[-1].setdefault(item[2], _scalar(item[3] or ""))
    people = (Submitter(one.get("name", ""), one.get("sid", ""), one.get("email", "")) for one in submitters)
    return Submitted(tuple(person for person in people if any(person)), time)


def _time(text: str) -> str:
    try:
        return read_time(_scalar(text))
    except ValueError:
        return ""


def _scalar(text: str) -> str:
    """A text on one line: plain, or in quotes of either kind."""
    text = text.strip()
    if text.startswith("'") and text.endswith("'") and len(text) > 1:
        return text[1:-1].replace("''", "'")
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        return re.sub(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", _escaped, text[1:-1])
    return "" if text in ("~", "null", "") or text.startswith(("!", "|", ">")) else text


def _escaped(found: re.Match[str]) -> str:
    digits = found[1] or found[2] or found[3]
    if digits:
        code = int(digits, 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
    return _ESCAPES.get(found[4], found[4])
