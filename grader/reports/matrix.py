"""The kill matrix of ``grade validate``: which check rejects which known wrong answer, and names it."""

from __future__ import annotations

import enum
import io
import math
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from grader.reports.lines import ASCII, UNICODE, Charset, cell_width, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import ConsoleOptions, RenderableType, RenderResult


class Fate(enum.StrEnum):
    """What one check made of one wrong answer."""

    NAMED = "named"  # rejected, and the report says what was misunderstood
    KILLED = "killed"  # rejected, in words that would fit another mistake as well
    MISNAMED = "misnamed"  # rejected as a mistake that it is not: a wrong accusation
    WAITED = "waited"  # not run: a check that it needs rejects the answer
    CRASHED = "crashed"  # the check ended with an exception of its own: neither rejected nor accepted
    SURVIVED = "survived"  # accepted


class Row(msgspec.Struct, frozen=True):
    """One misconception of the bank, and what each check of its exercise made of it."""

    misconception: str
    exercise: str
    outcomes: dict[str, Fate]

    @property
    def verdict(self) -> Fate:
        """The row as a whole: one wrong accusation spoils it, one right name redeems it."""
        found = set(self.outcomes.values())
        order = (Fate.MISNAMED, Fate.NAMED, Fate.KILLED, Fate.CRASHED)
        return next((outcome for outcome in order if outcome in found), Fate.SURVIVED)

    @property
    def failing(self) -> tuple[str, ...]:
        """The checks that fail: one mistake should violate one demand."""
        return tuple(check for check, outcome in self.outcomes.items() if outcome in _FAILS)


class Matrix(msgspec.Struct, frozen=True):
    """All rows, in the order in which they are shown."""

    rows: tuple[Row, ...] = ()

    @property
    def exercises(self) -> tuple[str, ...]:
        """The exercises, as they first occur."""
        return tuple(dict.fromkeys(row.exercise for row in self.rows))

    def of(self, exercise: str) -> tuple[Row, ...]:
        """The rows of one exercise."""
        return tuple(row for row in self.rows if row.exercise == exercise)

    def checks(self, exercise: str) -> tuple[str, ...]:
        """The checks of one exercise, as they first occur."""
        return tuple(dict.fromkeys(check for row in self.of(exercise) for check in row.outcomes))

    def idle(self, exercise: str) -> tuple[str, ...]:
        """The checks that reject none of the exercise's misconceptions."""
        rows = self.of(exercise)
        return tuple(
            check
            for check in self.checks(exercise)
            if all(row.outcomes.get(check, Fate.SURVIVED) in _REJECTS_NOTHING for row in rows)
        )

    @property
    def mean_failing(self) -> float:
        """How many checks fail for a mistake, on average; 0 where there is none."""
        return sum(len(row.failing) for row in self.rows) / max(len(self.rows), 1)

    @property
    def faulty(self) -> tuple[Row, ...]:
        """The rows that `grade validate` does not let pass: all that are not rejected by their name."""
        return tuple(row for row in self.rows if row.verdict is not Fate.NAMED)


_FAILS = {Fate.NAMED, Fate.KILLED, Fate.MISNAMED}
_REJECTS_NOTHING = {Fate.WAITED, Fate.CRASHED, Fate.SURVIVED}
_NAME_AT_LEAST = 20
_VERDICT_WIDTH = 12

_VERDICT = {
    Fate.NAMED: ("named", "green"),
    Fate.KILLED: ("not named", "yellow"),
    Fate.MISNAMED: ("misnamed", "bold red"),
    Fate.WAITED: ("waits", "bold red"),
    Fate.CRASHED: ("crashes", "bold red"),
    Fate.SURVIVED: ("survives", "bold red"),
}
_STYLE = {
    Fate.NAMED: "green",
    Fate.KILLED: "yellow",
    Fate.MISNAMED: "bold red",
    Fate.WAITED: "dim",
    Fate.CRASHED: "bold red",
    Fate.SURVIVED: "dim",
}
_UNICODE_MARKS = dict(zip(Fate, "●○✗–!·", strict=True))
_ASCII_MARKS = dict(zip(Fate, "NkX-!.", strict=True))


class MatrixTable:
    """A kill matrix that rich can print: a table for each exercise, its checks numbered below."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        charset = ASCII if options.ascii_only else UNICODE
        for exercise in self.matrix.exercises:
            yield _exercise(self.matrix, exercise, options.max_width, charset)
        yield _summary(self.matrix, charset)


def matrix_text(matrix: Matrix, *, width: int = 80, ascii_only: bool = False) -> str:
    """The kill matrix as plain text."""
    encoding = "ascii" if ascii_only else "utf-8"
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
    console = Console(file=file, width=width, color_system=None, force_terminal=False, legacy_windows=False)
    console.print(MatrixTable(matrix))
    file.seek(0)
    return "".join(line.rstrip() + "\n" for line in file.read().splitlines())


def _exercise(matrix: Matrix, exercise: str, width: int, charset: Charset) -> Group:
    """Heading, as many tables as the width demands, the numbered checks, a blank line."""
    rows, checks = matrix.of(exercise), matrix.checks(exercise)
    room = width - _NAME_AT_LEAST - _VERDICT_WIDTH - 6
    fitting = max(room // 6, 1)  # groups of five
    groups = math.ceil(len(checks) / 5)
    at_once = 5 * math.ceil(groups / max(math.ceil(groups / fitting), 1)) or 5  # tables of one width
    parts: list[RenderableType] = [Text(charset.clean(exercise), style="bold")]
    parts += [
        _table(rows, checks, range(start, min(start + at_once, len(checks))), width, charset)
        for start in range(0, max(len(checks), 1), at_once)
    ]
    return Group(*parts, _legend(matrix, exercise, charset), Text(""))


def _table(rows: Sequence[Row], checks: Sequence[str], part: range, width: int, charset: Charset) -> Table:
    """A column of marks for some of the checks; behind the last of all how many fail, and the row's verdict."""
    marks = _ASCII_MARKS if charset.ascii else _UNICODE_MARKS
    spaced = 2 * len(part) <= width // 2
    names = [charset.clean(row.misconception) for row in rows]
    room = width - len(_spread([Text(" ")] * len(part), spaced=spaced)) - _VERDICT_WIDTH - 6  # margin, gaps
    room = max(min(room, max(cell_width(name) for name in names)), 12)
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
    for digits in _numbers(part, spaced=spaced):
        table.add_row("", digits, "")
    for name, row in zip(names, rows, strict=True):
        cells = []
        for number in part:
            outcome = row.outcomes.get(checks[number])
            cells.append(Text(marks[outcome], style=_STYLE[outcome]) if outcome else Text(" "))
        word, style = _VERDICT[row.verdict] if part.stop == len(checks) else ("", "")
        word = word and f"{len(row.failing):2} {word}"
        label = Text("\n".join(f"  {line}" for line in _wrap_name(name, room)))
        table.add_row(label, _spread(cells, spaced=spaced), Text(word, style=style))
    return table


def _numbers(part: range, *, spaced: bool) -> list[Text]:
    """The checks' numbers, written downwards so that a column stays one cell wide."""
    digits = len(str(part.stop))
    written = [f"{number + 1:>{digits}}" for number in part]
    rows = ([Text(number[place]) for number in written] for place in range(digits))
    texts = [_spread(row, spaced=spaced) for row in rows]
    for text in texts:
        text.stylize("dim")
    return texts


def _spread(cells: Sequence[Text], *, spaced: bool) -> Text:
    """Cells beside each other: with a space between, or one after every five."""
    every = 1 if spaced else 5
    text = Text(no_wrap=True)
    for index, cell in enumerate(cells):
        if index and index % every == 0:
            text.append(" ")
        text.append_text(cell)
    return text


def _wrap_name(name: str, width: int) -> list[str]:
    """Break a name between its words, which hyphens join; or a sentence."""
    if " " in name or cell_width(name) <= width:
        return wrap(name, width)
    return [line.replace("- ", "-") for line in wrap(name.replace("-", "- "), width)]


def _legend(matrix: Matrix, exercise: str, charset: Charset) -> Table:
    """Number, name and number of rejected misconceptions of each check."""
    rows, idle = matrix.of(exercise), matrix.idle(exercise)
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(no_wrap=True)
    for number, check in enumerate(matrix.checks(exercise), 1):
        outcomes = [row.outcomes.get(check, Fate.SURVIVED) for row in rows]
        rejected = sum(outcome not in _REJECTS_NOTHING for outcome in outcomes)
        told = Text(f"rejects {rejected or 'none'}", style="yellow" if check in idle else "dim")
        table.add_row(Text(f"  {number}", style="dim"), Text(charset.clean(check)), told)
    return table


def _summary(matrix: Matrix, charset: Charset) -> Text:
    """The marks, and the sum."""
    marks = _ASCII_MARKS if charset.ascii else _UNICODE_MARKS
    text = Text()
    found = {outcome for row in matrix.rows for outcome in row.outcomes.values()}
    for outcome, meaning in (
        (Fate.NAMED, "rejected by name"),
        (Fate.KILLED, "rejected"),
        (Fate.MISNAMED, "misnamed"),
        (Fate.SURVIVED, "accepted"),
        *([(Fate.WAITED, "waits for another check")] if Fate.WAITED in found else []),
        *([(Fate.CRASHED, "the check crashes")] if Fate.CRASHED in found else []),
    ):
        text.append(marks[outcome], style=_STYLE[outcome]).append(f" {meaning}   ")
    text.rstrip()
    named = len(matrix.rows) - len(matrix.faulty)
    text.append(f"\n{named} of {len(matrix.rows)} misconceptions are rejected by name", style="bold")
    text.append(f"\n{matrix.mean_failing:.2f} checks fail for a mistake, on average", style="bold")
    return text
