"""Lines of a given width: wrapping that keeps numbers whole, and the marks of the two alphabets."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

import msgspec

from grader.reports.text import sanitize, to_ascii


class Span(NamedTuple):
    """A piece of a line with the name of its style (`terminal.STYLES`), and where a click on it leads."""

    text: str
    style: str = ""
    link: str = ""


Line = tuple[Span, ...]


class Charset(msgspec.Struct, frozen=True):
    """The marks that an encoding can show."""

    passed: str
    failed: str
    not_started: str
    blocked: str
    fault: str
    earned: str  # a bonus
    more: str  # a bonus that is still to be earned
    dot: str  # between the parts of a line
    gutter: str  # before each line of output
    ellipsis: str
    ascii: bool

    def clean(self, text: str, *, multiline: bool = False) -> str:
        """Make text safe to show, in letters that the console has, and bound it whatever it is."""
        text = sanitize(text[:LONGEST_TEXT], multiline=multiline)
        return to_ascii(text) if self.ascii else text

    @property
    def mark_width(self) -> int:
        """The column that the marks need."""
        return max(len(self.passed), len(self.failed))


LONGEST_TEXT = 20_000  # characters of one field that are looked at
_ROWS = 8  # a matrix of more rows is packed

UNICODE = Charset("✓", "✗", "·", "◌", "!", "★", "☆", "·", "│", "…", ascii=False)
ASCII = Charset("ok", "x", ".", "o", "!", "*", "+", "-", "|", "...", ascii=True)


def plain(line: Line) -> str:
    """The text of a line, without its styles."""
    return "".join(span.text for span in line).rstrip()


def indented(lines: list[Line], by: int) -> list[Line]:
    """The lines, moved to the right."""
    return [(Span(" " * by), *line) if line else line for line in lines]


def cell_width(text: str) -> int:
    """How many cells of a terminal the text takes: 2 for wide letters, 0 for combining marks."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def crop(text: str, width: int, charset: Charset) -> str:
    """The text if it fits, else its beginning and an ellipsis."""
    if cell_width(text) <= width:
        return text
    room = max(width - len(charset.ellipsis), 1)
    return text[: _fitting(text, room)] + charset.ellipsis


def wrap(text: str, width: int) -> list[str]:
    """Break text at spaces into lines of at most `width` cells.

    Lines of the text stay lines, and what a line is indented by, its continuations are too. Only a word that
    is itself wider than a line is broken inside.
    """
    lines: list[str] = []
    for line in text.split("\n"):
        rest = line.strip()
        indent = line[: len(line) - len(line.lstrip())][: width // 2]
        while rest:
            end = _break(rest, width - len(indent))
            lines.append(indent + rest[:end].rstrip())
            rest = rest[end:].lstrip()
        if not line.strip():
            lines.append("")
    return lines


def wrap_value(text: str, width: int) -> list[str]:
    """Break a value into lines: a row of a matrix each if there are few, else where it fits.

    [[1, 2], [3, 4]], 10 -> ["[[1, 2],", " [3, 4]]"]
    """
    lines: list[str] = []
    rest = text.strip()
    by_row = cell_width(rest) > width and rest.count("], [") < _ROWS
    depth = 0
    while rest:
        indent = " " * max(0, min(depth, 4))
        end = _break(rest, width - len(indent), rows=True)
        row_end = rest.find("], [") + 2
        if by_row and 1 < row_end < end:
            end = row_end
        lines.append(indent + rest[:end].rstrip())
        depth += sum((char in "[({") - (char in "])}") for char in rest[:end])
        rest = rest[end:].lstrip()
    return lines or [""]


def flow(pieces: list[str], width: int, separator: str) -> list[str]:
    """Join the pieces on as few lines as hold them whole."""
    lines: list[str] = []
    for piece in pieces:
        joined = f"{lines[-1]} {separator} {piece}" if lines else piece
        if lines and cell_width(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(piece)
    return lines


def clip(lines: list[str], at_most: int, charset: Charset) -> list[str]:
    """The first lines, and how many were left out."""
    if len(lines) <= at_most:
        return lines
    return [*lines[: at_most - 1], f"{charset.ellipsis} {len(lines) - at_most + 1} more lines"]


def clip_middle(lines: list[str], head: int, tail: int, charset: Charset, what: str = "lines") -> list[str]:
    """The first and the last lines, and how many lie between."""
    left_out = len(lines) - head - tail
    if left_out <= 1:
        return lines
    return [*lines[:head], f"{charset.ellipsis} {left_out} more {what} {charset.ellipsis}", *lines[-tail:]]


def _fitting(text: str, room: int) -> int:
    """How many characters of the text fit into `room` cells; at least one."""
    used = 0
    for index, char in enumerate(text):
        used += _cells(char)
        if used > room:
            return max(index, 1)
    return len(text)


def _break(text: str, room: int, *, rows: bool = False) -> int:
    """Where to break the text so that its beginning fits into `room` cells."""
    end = _fitting(text, room)
    if end == len(text):
        return end
    if rows:
        row = max(text.rfind(closing, 0, end + 1) for closing in ("], ", "), ", "}, "))
        if row >= room // 3:
            return row + 2
    space = text.rfind(" ", 0, end + 1)
    return space if space > 0 else end
