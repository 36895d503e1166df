"""`grade book export`: grades as files, the platforms' own files filled in, and feedback to give back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.book_options import Opened, with_book
from grader.cli.options import NamedPath
from grader.cli.output import printing, say, write_file
from grader.errors import UsageError
from grader.names import printable

if TYPE_CHECKING:
    from grader.cohort.exports.feedback import Feedback
    from grader.cohort.exports.filling import Filled
    from grader.cohort.records import LearnerRow

_OUTPUT = "Write to this file. Without it: to standard output."
_ZEROS = "Give 0 to whoever has handed in nothing. Without it their cells stay as they are."
_YEAR_ONE = (1980, 1, 1, 0, 0, 0)  # of zip: the same feedback gives the same bytes


@click.group(no_args_is_help=True)
def export() -> None:
    """Take grades or feedback out of a gradebook."""


@export.command("csv", short_help="A row a learner, or a row a check.")
@click.option("--output", type=NamedPath(dir_okay=False), help=_OUTPUT)
@click.option("--long", "is_long", is_flag=True, help="A row a check. Without it: a row a learner.")
@with_book
def as_csv(opened: Opened, output: Path | None, is_long: bool) -> None:
    """A table: who, each unit's raw and final score, the total."""
    from grader.cohort.exports.csv_format import to_csv, to_long_csv

    _write(to_long_csv(opened.book, opened.grades) if is_long else to_csv(opened.grades), output)


@export.command("json", short_help="All of it, for programs.")
@click.option("--output", type=NamedPath(dir_okay=False), help=_OUTPUT)
@with_book
def as_json(opened: Opened, output: Path | None) -> None:
    """All that is known of the grades, for programs: docs/grades.schema.json."""
    from grader.cohort.exports.json_format import to_json

    _write(to_json(opened.grades), output)


@export.command("canvas", short_help="Fill in Canvas's own export.")
@click.option("--into", type=NamedPath(dir_okay=False), required=True, help="Canvas's export of the gradebook.")
@click.option("--assignment", default="", help="The column: its name or its number. Not needed where there is one.")
@click.option("--zeros", is_flag=True, help=_ZEROS)
@click.option("--output", type=NamedPath(dir_okay=False), required=True, help="Write to this file.")
@with_book
def as_canvas(opened: Opened, into: Path, assignment: str, zeros: bool, output: Path) -> None:
    """Canvas's own export with one column filled in, to be imported there."""
    from grader.cohort.exports.canvas import fill_canvas

    _demand_another(into, output)
    _write_filled(fill_canvas(into, assignment, opened.grades, zeros=zeros), output)


@export.command("moodle", short_help="Fill in Moodle's worksheet.")
@click.option("--into", type=NamedPath(dir_okay=False), required=True, help="Moodle's grading worksheet.")
@click.option("--zeros", is_flag=True, help=_ZEROS)
@click.option("--output", type=NamedPath(dir_okay=False), required=True, help="Write to this file.")
@with_book
def as_moodle(opened: Opened, into: Path, zeros: bool, output: Path) -> None:
    """Moodle's grading worksheet with grades and comments filled in, to be uploaded there."""
    from grader.cohort.exports.moodle import fill_moodle

    _demand_another(into, output)
    _write_filled(fill_moodle(into, opened.grades, zeros=zeros), output)


@export.command("feedback", short_help="Pages to hand back.")
@click.option(
    "--as",
    "platform",
    type=click.Choice(["plain", "canvas", "moodle"]),
    default="plain",
    show_default=True,
    help="How files are named: as the platform takes them back, or a folder for each learner.",
)
@click.option("--output", type=NamedPath(), required=True, help="A folder, or a file that ends in .zip.")
@with_book
def as_feedback(opened: Opened, platform: str, output: Path) -> None:
    """A page for each learner to hand back, and a text with what the policies did."""
    from grader.cohort.exports.feedback import feedback
    from grader.cohort.exports.file_names import NAMINGS

    made = feedback(opened.book, opened.grades, opened.course, NAMINGS[platform]())
    if output.suffix.casefold() == ".zip":
        if output.is_dir():
            raise UsageError(f"{output} is a folder. Name a zip that is none, or a folder without .zip.")
        given, nameless = _as_zip(made, output)
    else:
        given, nameless = _as_folder(made, output)
    if nameless:
        from grader.cohort.people import listed

        say(f"Note: {platform.capitalize()} would not know whose they are, so there is nothing for {listed(nameless)}.")
    say(f"{output}: feedback for {given} learner{'' if given == 1 else 's'}.")


def _as_folder(made: Iterator[Feedback], output: Path) -> tuple[int, list[LearnerRow]]:
    """Write a folder; how many learners have something in it, and who has not."""
    if output.exists() and not output.is_dir():
        raise UsageError(f"{output} is a file. Name a folder, or a file that ends in .zip.")
    before = {path for path in output.rglob("*") if path.is_file()} if output.is_dir() else set()
    given, nameless = 0, []
    for one in made:
        for name, content in one.files:
            write_file(output / name, content)
            before.discard(output / name)
        given += bool(one.files)
        nameless += [] if one.files else [one.learner]
    if before:
        example = printable(str(min(before)), 120)
        say(f"Note: {output} has files of another time ({len(before)}), as {example}. Look before you give it back.")
    return given, nameless


def _as_zip(made: Iterator[Feedback], output: Path) -> tuple[int, list[LearnerRow]]:
    """Write an archive; how many learners have something in it, and who has not."""
    given, nameless, content = 0, [], io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for one in made:
            for name, page in one.files:
                entry = zipfile.ZipInfo(name, _YEAR_ONE)
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, page, zipfile.ZIP_DEFLATED)
            given += bool(one.files)
            nameless += [] if one.files else [one.learner]
    write_file(output, content.getvalue())
    return given, nameless


def _write(content: bytes, output: Path | None) -> None:
    if output is not None:
        write_file(output, content)
        return
    with printing():
        click.echo(content, nl=False)


def _write_filled(filled: Filled, output: Path) -> None:
    write_file(output, filled.content)
    for note in filled.notes:
        say(f"Note: {note}")
    say(f"{output}: {filled.scores} score{'' if filled.scores == 1 else 's'} filled in.")


def _demand_another(into: Path, output: Path) -> None:
    """What the platform gave stays: it is what one goes back to."""
    if output.exists() and into.exists() and output.samefile(into):
        raise UsageError(f"{output} is the platform's own file. Give --output another name: it stays as it is.")
