"""A CSV file of somebody else's: single cells are filled in, and every other byte stays as it was.

`csv` would write what it has read in its own way: other quotes, other line ends, no mark at the beginning. Here cells
are places in the bytes:

    a,"b, c",  ->  cells at [0:1], [2:8] and [9:9]
"""

from __future__ import annotations

import re
from pathlib import Path

from grader.errors import UsageError
from grader.names import printable

_MARK = b"\xef\xbb\xbf"
_DELIMITERS = b",;\t"
_MOST_BYTES = 64 << 20
_LINE_END = re.compile(rb"\r\n|\n|\r")

Span = tuple[int, int]


class ForeignTable:
    """A file as it was read, and the cells to fill in.

    Args:
        path: the file.

    Attributes:
        rows: the places of the cells of each line; lines with nothing in them have none.

    Raises:
        UsageError: it cannot be read, or is no CSV.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                self.content = file.read(_MOST_BYTES + 1)
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
        if len(self.content) > _MOST_BYTES:
            raise UsageError(f"{path} is larger than any export of a gradebook.")
        if b"\0" in self.content:
            raise UsageError(
                f"{path} is no CSV in UTF-8: it has bytes that are 0. Export it again as CSV; a spreadsheet's own "
                "format, or UTF-16, cannot be filled in."
            )
        start = len(_MARK) if self.content.startswith(_MARK) else 0
        self.delimiter = self._find_delimiter(start)
        self.rows = self._read(start)
        self._new: dict[Span, bytes] = {}
        self._added: dict[int, dict[int, bytes]] = {}  # row -> cells beyond its end

    def text(self, row: int, column: int) -> str:
        """What a cell says; empty where the line is too short to have it."""
        cells = self.rows[row]
        if column >= len(cells):
            return ""
        raw = self.content[slice(*cells[column])]
        if raw.startswith(b'"'):
            raw = raw[1:-1].replace(b'""', b'"')
        try:
            return raw.decode()
        except UnicodeDecodeError:
            return raw.decode("cp1252", errors="replace")  # as Excel saves it

    def texts(self, row: int) -> list[str]:
        """What all cells of a line say."""
        return [self.text(row, column) for column in range(len(self.rows[row]))]

    def put(self, row: int, column: int, text: str) -> None:
        """Fill in a cell, quoted if it was or must be."""
        cells = self.rows[row]
        quoted = column < len(cells) and self.content[cells[column][0] : cells[column][0] + 1] == b'"'
        new = text.encode()
        if quoted or any(char in new for char in (b'"', b"\n", b"\r", self.delimiter)) or text != text.strip():
            new = b'"' + new.replace(b'"', b'""') + b'"'
        if column < len(cells):
            self._new[cells[column]] = new
        else:
            self._added.setdefault(row, {})[column] = new

    def to_bytes(self) -> bytes:
        """The file with what was filled in."""
        changes = dict(self._new)
        for row, added in self._added.items():
            end, have = self.rows[row][-1][1], len(self.rows[row])
            missing = (added.get(column, b"") for column in range(have, max(added) + 1))
            changes[end, end] = changes.get((end, end), b"") + b"".join(self.delimiter + cell for cell in missing)
        parts, at = [], 0
        for (start, end), new in sorted(changes.items()):
            parts += [self.content[at:start], new]
            at = end
        return b"".join([*parts, self.content[at:]])

    def _find_delimiter(self, start: int) -> bytes:
        """What parts the names of the first line: in much of Europe a semicolon."""
        end = _LINE_END.search(self.content, start)
        line = re.sub(rb'"[^"]*"', b"", self.content[start : end.start() if end else None])
        return max((bytes([char]) for char in _DELIMITERS), key=line.count)

    def _read(self, start: int) -> list[list[Span]]:
        parted = re.escape(self.delimiter)
        cell = re.compile(rb'("[^"]*(?:""[^"]*)*")(?=' + parted + rb"|\r|\n|\Z)|[^" + parted + rb"\r\n]*")
        rows: list[list[Span]] = []
        cells: list[Span] = []
        at, end = start, len(self.content)
        while at < end:
            match = cell.match(self.content, at)
            assert match is not None  # an empty cell is one
            if match[1] is None and match[0].startswith(b'"'):
                line = self.content.count(b"\n", 0, at) + 1
                shown = printable(match[0].decode(errors="replace"), 40)
                raise UsageError(f"{self.path} is no CSV: the quotes of line {line} do not close ({shown}).")
            cells.append(match.span())
            at = match.end()
            if self.content.startswith(self.delimiter, at):
                at += 1
                if at < end:
                    continue
                cells.append((at, at))
            rows.append(cells if len(cells) > 1 or match[0] else [])
            cells = []
            line_end = _LINE_END.match(self.content, at)
            at = line_end.end() if line_end else end
        return rows
