"""The gradebook: a SQLite file with every hand-in, exercise, check and finding, written as each check ends."""

from __future__ import annotations

import contextlib
import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

import msgspec

from grader.cohort.holder import held
from grader.cohort.records import GradingRow, HandInRow, LearnerRow, RunRow
from grader.cohort.schema import is_new, migrate, version_of
from grader.errors import GraderError, UsageError
from grader.reports.model import CheckResult, ExerciseResult, Verdict, Visibility

_WAIT = 30.0  # seconds for a reader's moment to pass
_MOST_FAULT = 20_000  # characters
_T = TypeVar("_T", bound=msgspec.Struct)


class Gradebook:
    """An open gradebook.

    Writers hold it alone; readers may read at any time, also while it is written to.

    Args:
        path: the file.
        write: whether to write to it; it is made where there is none, and brought up to today's version.
        wait: whether to wait for another run that writes to it.

    Attributes:
        copy: where the gradebook was copied to before it was brought up to date; None where it was not.

    Raises:
        UsageError: it is to be read, and is not there.
        GraderError: it is damaged, of another version, no gradebook, or held by another run.
    """

    def __init__(self, path: Path, *, write: bool = False, wait: bool = False) -> None:
        self.path = path
        self.copy: Path | None = None
        if not write and not path.is_file():
            raise UsageError(f"There is no gradebook {path}. `grade batch HAND-INS --gradebook {path}` makes it.")
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} is no file, so it can be no gradebook.")
        with contextlib.ExitStack() as stack:
            if write:
                stack.enter_context(held(path, wait=wait))
            self._connection = stack.enter_context(contextlib.closing(self._connected(write=write)))
            with self._told():
                if write:
                    self._demand_sound()
                    if not is_new(self._connection):
                        version_of(self._connection, path)  # of what is no gradebook nothing is changed
                    self._connection.execute("PRAGMA journal_mode = WAL")
                    self._connection.execute("PRAGMA synchronous = NORMAL")  # a killed process loses nothing
                    self.copy = migrate(self._connection, path)
                else:
                    self._demand_todays()
            self._stack = stack.pop_all()

    def _connected(self, *, write: bool) -> sqlite3.Connection:
        try:
            uri = f"{self.path.resolve().as_uri()}?mode={'rwc' if write else 'rw'}"
            connection = sqlite3.connect(uri, uri=True, timeout=_WAIT, isolation_level=None)
            connection.execute("PRAGMA foreign_keys = ON")
        except sqlite3.Error as error:
            raise GraderError(f"The gradebook {self.path} cannot be opened: {error}.") from error
        connection.row_factory = sqlite3.Row
        return connection

    def _demand_sound(self) -> None:
        found = [row[0] for row in self._connection.execute("PRAGMA quick_check(3)")]
        if found != ["ok"]:
            raise sqlite3.DatabaseError("; ".join(found))

    def _demand_todays(self) -> None:
        from grader.cohort.schema import MIGRATIONS

        version = version_of(self._connection, self.path)
        if version < len(MIGRATIONS):
            raise GraderError(
                f"{self.path} is of an older version. The next `grade batch … --gradebook {self.path}` brings it up to "
                "date, and keeps a copy."
            )
        if version > len(MIGRATIONS):
            migrate(self._connection, self.path)  # which refuses

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Say of an error of SQLite what it means for the gradebook."""
        try:
            yield
        except sqlite3.OperationalError as error:  # a full disk, a lock: the file itself is sound
            raise GraderError(f"The gradebook {self.path} cannot be used now: {error}.") from error
        except sqlite3.DatabaseError as error:
            raise GraderError(
                f"{self.path} is damaged, or no gradebook: {error}. It was left as it is. Move it away and put a copy "
                "in its place, or give --gradebook another name."
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close it, and let it go."""
        self._stack.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing."""
        with self._told():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def query(self, words: str, *values: Any) -> list[sqlite3.Row]:
        """The rows of a query."""
        with self._told():
            return self._connection.execute(words, values).fetchall()

    # -- facts and runs -----------------------------------------------------------------------------------------

    def fact(self, name: str) -> str:
        """What is kept under a name; empty where nothing is."""
        rows = self.query("SELECT value FROM fact WHERE name = ?", name)
        return str(rows[0][0]) if rows else ""

    def keep_fact(self, name: str, value: str) -> None:
        """Keep something under a name."""
        with self.transaction() as do:
            do.execute("INSERT INTO fact VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (name, value))

    def begin_run(self, **columns: Any) -> int:
        """Note that a run begins; its number."""
        return self._insert("run", columns)

    def end_run(self, run: int, **columns: Any) -> None:
        """Note how a run ended."""
        self._update("run", run, columns)

    def runs(self) -> tuple[RunRow, ...]:
        """All runs, the oldest first."""
        return tuple(_as(RunRow, row) for row in self.query("SELECT * FROM run ORDER BY id"))

    # -- learners and hand-ins ----------------------------------------------------------------------------------

    def learner(self, key: str, *, enrolled: bool = False, **about: str) -> int:
        """The number of a learner, who is noted where they are new; what is known of them is added."""
        with self.transaction() as do:
            do.execute("INSERT INTO learner (key) VALUES (?) ON CONFLICT DO NOTHING", (key,))
            for name, value in about.items():
                if value:
                    do.execute(f"UPDATE learner SET {name} = ? WHERE key = ?", (value, key))  # noqa: S608 - a column
            if enrolled:
                do.execute("UPDATE learner SET enrolled = 1 WHERE key = ?", (key,))
            return int(do.execute("SELECT id FROM learner WHERE key = ?", (key,)).fetchone()[0])

    def learners(self) -> tuple[LearnerRow, ...]:
        """All learners, by name."""
        rows = (_as(LearnerRow, row) for row in self.query("SELECT * FROM learner"))
        return tuple(sorted(rows, key=lambda row: (row.shown.casefold(), row.key)))

    def hand_in(self, learner: int, source: str, content: str, run: int, **about: Any) -> int:
        """Note that something was handed in, or that it is still there; its number."""
        if "notes" in about:
            about["notes"] = msgspec.json.encode(about["notes"]).decode()
        columns = {"learner": learner, "source": source, "content": content, "run": run, **about}
        with self.transaction() as do:
            names, marks = ", ".join(columns), ", ".join("?" * len(columns))
            updates = ", ".join(f"{name} = excluded.{name}" for name in columns)
            do.execute(
                f"INSERT INTO hand_in ({names}) VALUES ({marks}) "  # noqa: S608 - columns
                f"ON CONFLICT (learner, source, content) DO UPDATE SET {updates}",
                tuple(columns.values()),
            )
            found = do.execute(
                "SELECT id FROM hand_in WHERE learner = ? AND source = ? AND content = ?", (learner, source, content)
            )
            return int(found.fetchone()[0])

    def hand_ins(self, run: int | None = None) -> tuple[HandInRow, ...]:
        """What was handed in, and a run found; with None what any run has found."""
        words = "SELECT * FROM hand_in WHERE run = coalesce(?, run) ORDER BY id"
        return tuple(_as(HandInRow, row) for row in self.query(words, run))

    def keep_content(self, sha256: str, files: Mapping[str, str]) -> None:
        """Keep the texts of a hand-in, once, however often they are handed in."""
        packed = zlib.compress(msgspec.msgpack.encode({name: _sendable(text) for name, text in files.items()}))
        with self.transaction() as do:
            do.execute("INSERT INTO content VALUES (?, ?) ON CONFLICT DO NOTHING", (sha256, packed))

    def content(self, sha256: str) -> dict[str, str]:
        """The texts of a hand-in, by module; none where nothing was read of it."""
        rows = self.query("SELECT files FROM content WHERE sha256 = ?", sha256)
        return msgspec.msgpack.decode(zlib.decompress(rows[0][0]), type=dict[str, str]) if rows else {}

    # -- gradings -----------------------------------------------------------------------------------------------

    def standing(self) -> tuple[GradingRow, ...]:
        """What stands for each content and exercise."""
        return tuple(_as(GradingRow, row) for row in self.query("SELECT * FROM standing ORDER BY id"))

    def gradings(self) -> tuple[GradingRow, ...]:
        """All gradings, the oldest first: also what was graded anew since, and what was broken off."""
        return tuple(_as(GradingRow, row) for row in self.query("SELECT * FROM grading ORDER BY id"))

    def begin(self, run: int, **columns: Any) -> int:
        """Note that an exercise is being graded; its number. One that was broken off goes on, with what it has."""
        names = ("learner", "content", "exercise", "course", "grader", "options", "seed")
        same, key = " AND ".join(f"{name} = ?" for name in names), tuple(columns[name] for name in names)
        with self.transaction() as do:
            do.execute(f"DELETE FROM grading WHERE state = 'fault' AND {same}", key)  # noqa: S608 - columns
            found = do.execute(f"SELECT id FROM grading WHERE {same}", key).fetchone()  # noqa: S608 - columns
            if found is not None:
                do.execute("UPDATE grading SET run = ? WHERE id = ?", (run, found[0]))
                return int(found[0])
            columns["run"] = run
            marks = ", ".join("?" * len(columns))
            cursor = do.execute(
                f"INSERT INTO grading ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608 - columns
                tuple(columns.values()),
            )
            return int(cursor.lastrowid or 0)

    def add_result(self, grading: int, place: int, check: CheckResult) -> None:
        """Add what became of a check; once, however often it is told."""
        headline = check.failure.headline if check.failure else ""
        row = (
            grading, place, check.name, check.demand, check.verdict.value, check.points, check.bonus, check.waits_for,
            check.seconds, headline, None if _is_plain(check) else zlib.compress(msgspec.msgpack.encode(check), 1),
        )  # fmt: skip
        with self.transaction() as do:
            found = do.execute(
                "INSERT INTO result (grading, place, name, demand, verdict, points, bonus, waits_for, seconds, "
                "headline, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                row,
            )
            if found.rowcount and check.failure:
                do.executemany(
                    "INSERT INTO finding VALUES (?, ?, ?, ?, ?)",
                    [
                        (found.lastrowid, number, finding.kind, finding.name, finding.text)
                        for number, finding in enumerate(check.failure.findings)
                    ],
                )

    def end(self, grading: int, result: ExerciseResult, fault: str = "", *, counts: bool = True) -> None:
        """Note that an exercise has been graded, or that the grader failed on it."""
        for place, check in enumerate(result.checks):
            self.add_result(grading, place, check)
        self._update(
            "grading",
            grading,
            {
                "state": "fault" if fault else "done",
                "title": result.title,
                "file": result.file,
                "status": result.status.value,
                "points": result.points,
                "earned": result.earned,
                "bonus_points": result.bonus_points,
                "bonus_earned": result.bonus_earned,
                "seconds": sum(check.seconds for check in result.checks),
                "blocked_by": result.blocked_by,
                "notes": msgspec.json.encode(result.notes).decode(),
                "fault": fault[:_MOST_FAULT],
                "counts": counts,
            },
        )

    def result_of(self, grading: GradingRow) -> ExerciseResult:
        """An exercise's result, as the run had it."""
        return ExerciseResult(
            exercise=grading.exercise,
            title=grading.title,
            file=grading.file,
            checks=self.checks_of(grading.id),
            blocked_by=grading.blocked_by,
            notes=grading.notes,
        )

    def checks_of(self, grading: int) -> tuple[CheckResult, ...]:
        """What became of the checks of a grading, in their order."""
        return tuple(map(_check, self.query("SELECT * FROM result WHERE grading = ? ORDER BY place", grading)))

    # -- rows ---------------------------------------------------------------------------------------------------

    def _insert(self, table: str, columns: dict[str, Any]) -> int:
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        with self.transaction() as do:
            cursor = do.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(columns.values()))  # noqa: S608
            return int(cursor.lastrowid or 0)

    def _update(self, table: str, number: int, columns: dict[str, Any]) -> None:
        sets = ", ".join(f"{name} = ?" for name in columns)
        with self.transaction() as do:
            do.execute(f"UPDATE {table} SET {sets} WHERE id = ?", (*columns.values(), number))  # noqa: S608


def _as(kind: type[_T], row: sqlite3.Row) -> _T:
    """A row as what it is of."""
    values = dict(row)
    if isinstance(values.get("notes"), str):
        values["notes"] = msgspec.json.decode(values["notes"])
    return msgspec.convert(values, kind, strict=False)


def _sendable(text: str) -> str:
    """A text without what no encoding takes: halves of characters."""
    return text.encode("utf-8", "replace").decode()


def _is_plain(check: CheckResult) -> bool:
    """Whether the columns are all there is of a check."""
    return check.verdict is Verdict.PASSED and check == CheckResult(
        name=check.name,
        demand=check.demand,
        verdict=check.verdict,
        points=check.points,
        seconds=check.seconds,
        bonus=check.bonus,
        visibility=Visibility.VISIBLE,
    )


def _check(row: sqlite3.Row) -> CheckResult:
    if row["body"] is not None:
        return msgspec.msgpack.decode(zlib.decompress(row["body"]), type=CheckResult)
    return CheckResult(
        name=row["name"],
        demand=row["demand"],
        verdict=Verdict(row["verdict"]),
        points=row["points"],
        seconds=row["seconds"],
        bonus=bool(row["bonus"]),
    )


def best_of(gradings: Sequence[GradingRow]) -> GradingRow | None:
    """The grading with the most points; of equal ones the latest."""
    return max(gradings, key=lambda grading: (grading.earned, grading.bonus_earned, grading.id), default=None)
