"""Reading a roster: which platform a table is of, and what its columns say."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from grader.cohort.learners import Learner, Person, Roster, alike, clean_name, roster_of
from grader.cohort.times import read_time
from grader.errors import UsageError
from grader.names import printable

_MOST_BYTES = 32 << 20
_DELIMITERS = (",", ";", "\t")
# what a column is -> its heads, in lower case; the first that a platform writes
_HEADS = {
    "name": ("name", "full name", "student", "student name", "vollständiger name", "nombre completo", "nom complet"),
    "first": ("first name", "given name", "firstname", "vorname"),
    "last": ("last name", "surname", "family name", "lastname", "nachname"),
    "email": ("email", "email address", "e-mail", "e-mail address", "mail", "e-mail-adresse", "adresse de courriel"),
    "login": ("login", "sis login id", "username", "user name", "user", "github_username", "github", "login id"),
    "number": ("number", "id", "student id", "student number", "matriculation number", "matrikelnummer"),
    "sid": ("sid",),
    "other": ("sis user id", "id number", "id-nummer"),
    "section": ("section", "sections", "group", "tutorial"),
    "role": ("role",),
    "participant": ("identifier",),
    "time": ("last modified (submission)", "zuletzt geändert (abgabe)"),
}
_KINDS = {head: kind for kind, heads in _HEADS.items() for head in heads}
_STUDENTS = ("student", "")  # roles, as Gradescope names them
_TEST_STUDENT = "Student, Test"  # Canvas's own


class _Row(NamedTuple):
    """A line of the table: its number, and what stands in its columns."""

    line: int
    cells: dict[str, str]


def read(path: Path, zone: str) -> Roster:
    """Read a roster; see ``grader.cohort.learners.read_roster``."""
    shown = printable(str(path))
    try:
        times_in = ZoneInfo(zone) if zone else None
    except (KeyError, ValueError, OSError):
        raise UsageError(
            f"{printable(zone)} is no time zone that is known here. Name it as in Europe/Berlin or America/New_York."
        ) from None
    head, rows = _table(_text_of(path, shown), shown)
    kinds = _kinds(head)
    platform = _platform_of(head, kinds)
    if not {"name", "first", "last", "email", "login", "number", "sid"}.intersection(kinds):
        raise UsageError(
            f"{shown}, line 1: none of its columns says who somebody is. Give it a first line with any of "
            "name, email, login, number, section; or take Canvas's, Moodle's or Gradescope's own table."
        )
    people: list[Person] = []
    lines: dict[str, int] = {}
    for row in rows:
        person = _person(row, platform, times_in, shown)
        if person is None:
            continue
        before = lines.setdefault(person.learner.key, row.line)
        if before != row.line:
            raise UsageError(_twice(shown, row.line, before, person.learner))
        people.append(person)
    if not people:
        raise UsageError(f"{shown} names nobody: there is no learner below its first line.")
    return roster_of(people, platform)


def _twice(shown: str, line: int, before: int, learner: Learner) -> str:
    who = printable(learner.number or learner.login or learner.email or learner.name)
    kind = "number" if learner.number else "login" if learner.login else "email" if learner.email else "name"
    advice = "Give each a number, a login or an email of their own." if kind == "name" else "Take one of the lines out."
    return f"{shown}, line {line}: the {kind} {who} is on line {before} already. {advice}"


def _text_of(path: Path, shown: str) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"The roster {shown} cannot be read: {error.strerror or type(error).__name__}.") from error
    if len(data) > _MOST_BYTES:
        raise UsageError(f"The roster {shown} is larger than 32 MiB. Give a table of names alone.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):  # what Excel calls Unicode text
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252")  # Latin-1 as Windows has it, whose few more letters names do hold
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _table(text: str, shown: str) -> tuple[list[str], Iterator[_Row]]:
    """The heads of the columns, and the rows below."""
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(_DELIMITERS, key=lambda one: sum(bool(kind) for kind in _kinds(first.rstrip("\r").split(one))))
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = _rows(lines, shown)
    _, head = next(rows, (1, []))
    return head, _read_rows(rows, head, shown)


def _rows(lines: Iterator[list[str]], shown: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, each with the number of the line that it begins on."""
    line = 1
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            raise UsageError(
                f"{shown}, line {line}: this is no row of a table ({error}). See whether a quote is missing there."
            ) from None
        if any(cell.strip() for cell in cells):
            yield line, cells
        line = lines.line_num + 1  # type: ignore[attr-defined]  # csv's readers have it


def _kinds(head: Sequence[str]) -> list[str]:
    """What each column is, the first of a kind alone; empty where it is of none."""
    kinds: list[str] = []
    for cell in head:
        kind = _KINDS.get(alike(cell.strip().strip('"')), "")
        kinds.append(kind if kind not in kinds else "")
    return kinds


def _read_rows(rows: Iterator[tuple[int, list[str]]], head: list[str], shown: str) -> Iterator[_Row]:
    kinds = _kinds(head)
    for line, cells in rows:
        if any(cell.strip() for cell in cells[len(head) :]):
            raise UsageError(
                f"{shown}, line {line}: it has {len(cells)} cells, and the first line has {len(head)}. "
                'Put a name that holds a comma in quotes: "Doe, Jane".'
            )
        yield _Row(line, {kind: cell.strip() for kind, cell in zip(kinds, cells, strict=False) if kind})


def _platform_of(head: list[str], kinds: list[str]) -> str:
    """Whose table it is, by the columns that nobody else's has."""
    known = set(kinds)
    if {"participant", "name", "time"} <= known or {"number", "name", "time"} <= known:
        return "moodle"
    if {"student", "id", "section"} <= {alike(cell) for cell in head}:
        return "canvas"
    return "gradescope" if "sid" in known else "roster"


def _person(row: _Row, platform: str, zone: tzinfo | None, shown: str) -> Person | None:
    """Who stands in a row; None where that is no learner."""
    cell = {kind: clean_name(text) for kind, text in row.cells.items()}
    name = cell.get("name") or " ".join(filter(None, (cell.get("first"), cell.get("last"))))
    number, login, email = cell.get("sid") or cell.get("number", ""), cell.get("login", ""), cell.get("email", "")
    if platform == "canvas" and (not number or name == _TEST_STUDENT):  # Points Possible, and who may read only
        return None
    if alike(cell.get("role", "")) not in _STUDENTS:
        return None
    if platform == "moodle":
        found = re.search(r"\d+$", cell.get("participant") or number)
        if found is None:
            raise UsageError(f"{shown}, line {row.line}: its identifier is not as in Participant 1234567.")
        number = found[0]
    if not (name or number or login or email):
        raise UsageError(f"{shown}, line {row.line}: it names nobody. Fill in a name or an email, or take it out.")
    key = f"{platform}:{number or login or email or name}"
    learner = Learner(key, name, number, login, email or (login if "@" in login else ""), cell.get("section", ""))
    return Person(learner, cell.get("other", ""), _time_of(cell.get("time", ""), zone, shown, row.line))


def _time_of(text: str, zone: tzinfo | None, shown: str, line: int) -> str:
    if not text.strip("-–— "):
        return ""
    try:
        return read_time(text, zone)
    except ValueError:
        raise UsageError(
            f"{shown}, line {line}: {printable(text, 60)} is no time that is known. Export the table in English, "
            "or write it as in 2025-10-03 23:58."
        ) from None
