"""The gradebook's tables, and how an older gradebook becomes one of today."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from grader.errors import GraderError

APPLICATION = 0x67726164  # "grad": SQLite keeps it in the file's header

_FIRST = """
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE learner (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,  -- the platform's number, else the roster's, else the name
    name TEXT NOT NULL DEFAULT '',
    number TEXT NOT NULL DEFAULT '',
    login TEXT NOT NULL DEFAULT '',
    email TEXT NOT NULL DEFAULT '',
    section TEXT NOT NULL DEFAULT '',
    enrolled INTEGER NOT NULL DEFAULT 0  -- whether the roster has them
) STRICT;

CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    ended TEXT NOT NULL DEFAULT '',  -- empty: it goes on, or was killed
    command TEXT NOT NULL DEFAULT '',
    seed INTEGER NOT NULL,
    options TEXT NOT NULL,  -- RunOptions, as JSON
    isolation TEXT NOT NULL DEFAULT '',
    environment TEXT NOT NULL DEFAULT '',  -- as JSON
    course TEXT NOT NULL DEFAULT '',  -- fingerprints
    grader TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE hand_in (
    id INTEGER PRIMARY KEY,
    learner INTEGER NOT NULL REFERENCES learner,
    source TEXT NOT NULL,  -- where it came from
    content TEXT NOT NULL DEFAULT '',  -- SHA-256 of what was read; empty where nothing was
    time TEXT NOT NULL DEFAULT '',  -- the platform's, UTC
    marked_late INTEGER NOT NULL DEFAULT 0,
    attempt INTEGER NOT NULL DEFAULT 1,
    fault TEXT NOT NULL DEFAULT '',  -- why nothing of it can be graded
    notes TEXT NOT NULL DEFAULT '[]',  -- as JSON
    run INTEGER NOT NULL REFERENCES run,  -- the last that found it
    UNIQUE (learner, source, content)
) STRICT;

CREATE TABLE content (
    sha256 TEXT PRIMARY KEY,
    files BLOB NOT NULL  -- module -> text, as MessagePack, compressed
) STRICT, WITHOUT ROWID;

CREATE TABLE grading (
    id INTEGER PRIMARY KEY,
    learner INTEGER NOT NULL REFERENCES learner,
    content TEXT NOT NULL,
    exercise TEXT NOT NULL,
    title TEXT NOT NULL DEFAULT '',
    file TEXT NOT NULL DEFAULT '',
    course TEXT NOT NULL,  -- the fingerprints of what decided it
    grader TEXT NOT NULL,
    options TEXT NOT NULL,
    seed INTEGER NOT NULL,
    run INTEGER NOT NULL REFERENCES run,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'fault')),
    status TEXT NOT NULL DEFAULT '',
    points REAL NOT NULL DEFAULT 0,
    earned REAL NOT NULL DEFAULT 0,
    bonus_points REAL NOT NULL DEFAULT 0,
    bonus_earned REAL NOT NULL DEFAULT 0,
    seconds REAL NOT NULL DEFAULT 0,
    blocked_by TEXT NOT NULL DEFAULT '',
    notes TEXT NOT NULL DEFAULT '[]',
    fault TEXT NOT NULL DEFAULT '',
    counts INTEGER NOT NULL DEFAULT 1,  -- 0: an older one was better, and was to stay
    UNIQUE (learner, content, exercise, course, grader, options, seed)
) STRICT;

CREATE TABLE result (
    id INTEGER PRIMARY KEY,
    grading INTEGER NOT NULL REFERENCES grading ON DELETE CASCADE,
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    demand TEXT NOT NULL,
    verdict TEXT NOT NULL,
    points REAL NOT NULL,
    bonus INTEGER NOT NULL,
    waits_for TEXT NOT NULL,
    seconds REAL NOT NULL,
    headline TEXT NOT NULL,
    body BLOB,  -- the whole CheckResult, as MessagePack, compressed; NULL where the columns are all there is
    UNIQUE (grading, name)
) STRICT;

CREATE TABLE finding (
    result INTEGER NOT NULL REFERENCES result ON DELETE CASCADE,
    place INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (result, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX result_of_grading ON result (grading, place);
CREATE INDEX finding_by_name ON finding (name);
CREATE INDEX hand_in_by_content ON hand_in (learner, content);

-- the grading that stands for a content and an exercise: the latest that was done and counts, else the latest fault
CREATE VIEW standing AS
SELECT * FROM grading WHERE id IN (
    SELECT max(id + 1000000000000 * (state = 'done')) % 1000000000000 FROM grading
    WHERE state <> 'open' AND counts GROUP BY learner, content, exercise
);
"""

MIGRATIONS: tuple[str, ...] = (_FIRST,)  # each makes of a gradebook of its number one of the next


def is_new(connection: sqlite3.Connection) -> bool:
    """Whether nothing is in the file yet."""
    return not connection.execute("SELECT * FROM sqlite_master LIMIT 1").fetchall()


def version_of(connection: sqlite3.Connection, path: Path) -> int:
    """The version of a gradebook that has something in it.

    Raises:
        GraderError: it is no gradebook.
    """
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
        raise GraderError(f"{path} is a database, and no gradebook. Give --gradebook another name.")
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, path: Path) -> Path | None:
    """Bring a gradebook up to today's version, in one transaction; an older one is copied first.

    Returns:
        Where the copy is; None where there was nothing to keep.

    Raises:
        GraderError: it is no gradebook, or one of a later version.
    """
    version = 0 if is_new(connection) else version_of(connection, path)
    if version > len(MIGRATIONS):
        raise GraderError(
            f"{path} was written by a later gradlings (version {version} of its tables; this one knows up to "
            f"{len(MIGRATIONS)}). Update gradlings, or give --gradebook another name."
        )
    if version == len(MIGRATIONS):
        return None
    copy = _copied(connection, path, version) if version else None
    steps = "\n".join(MIGRATIONS[version:])
    try:
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{steps}\nPRAGMA application_id = {APPLICATION};\n"
            f"PRAGMA user_version = {len(MIGRATIONS)};\nCOMMIT;"
        )
    except sqlite3.Error as error:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        kept = f" It is as it was, and a copy is in {copy}." if copy else ""
        raise GraderError(f"{path} could not be brought to version {len(MIGRATIONS)}: {error}.{kept}") from error
    return copy


def _copied(connection: sqlite3.Connection, path: Path, version: int) -> Path:
    """Copy a gradebook beside itself, under a name that nothing has."""
    copy = path.with_name(f"{path.name}.version{version}.bak")
    number = 1
    while copy.exists():
        number += 1
        copy = path.with_name(f"{path.name}.version{version}-{number}.bak")
    with contextlib.closing(sqlite3.connect(copy)) as other:
        connection.backup(other)
    return copy
