"""`grade book diff`: who moves by a run, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from grader.cli.options import NamedPath
from grader.cli.output import console, printing, write_file
from grader.errors import UsageError
from grader.reports.text import sanitize

if TYPE_CHECKING:
    from grader.cohort.changes import Change, Changes


@click.command()
@click.option("--gradebook", type=NamedPath(exists=True, dir_okay=False), required=True, help="Where grades are kept.")
@click.option("--run", "number", type=click.IntRange(1), help="Of which run. Without it: of the last.")
@click.option("--output", type=NamedPath(dir_okay=False), help="Write it into this file, as JSON.")
def diff(gradebook: Path, number: int | None, output: Path | None) -> None:
    """Say who moves by a run, by how much, for which check and why."""
    from grader.cohort.changes import changes_of
    from grader.cohort.gradebook import Gradebook

    with Gradebook(gradebook) as book:
        runs = [run.id for run in book.runs()]
        if not runs:
            raise UsageError(f"Nothing has been graded into {gradebook} yet.")
        run = runs[-1] if number is None else number
        if run not in runs:
            raise UsageError(f"There is no run {run} in {gradebook}: it has {runs[0]} to {runs[-1]}.")
        changes = changes_of(book, run)
    if output is not None:
        write_file(output, msgspec.json.format(msgspec.json.encode(changes), indent=2) + b"\n")
    with printing():
        for line in _lines(changes):
            console().print(sanitize(line), markup=False, highlight=False, soft_wrap=True)


def _lines(changes: Changes) -> list[str]:
    up = {change.learner.id for change in changes.moved if change.after > change.before}
    down = {change.learner.id for change in changes.moved if change.after < change.before and change.counts}
    graded = len(changes.moved) + changes.same
    told = (
        f"Run {changes.run}: {graded} exercises graded anew and {changes.new} for the first time. Of those anew "
        f"{len(changes.moved)} came out otherwise: {_people(up)} up, {_people(down)} down."
    )
    lines = [told]
    for change in changes.moved:
        lines += ["", *_change(change)]
    return lines


def _change(change: Change) -> list[str]:
    from grader.cohort.people import described

    stays = "" if change.counts else f"; {change.before:g} stay, by --never-lower"
    head = f"{described(change.learner)}  {change.exercise}  {change.before:g} → {change.after:g} points{stays}"
    why = f"  {'; '.join(change.why) or 'nothing that is known of has changed'}"
    moved = [
        f"  {check.name}: {check.before or 'not there'} → {check.after or 'not there any more'}"
        f" ({check.points_after - check.points_before:+g})  {check.demand}"
        for check in change.checks
    ]
    return [head, why, *moved]


def _people(found: set[int]) -> str:
    return f"{len(found)} {'person' if len(found) == 1 else 'people'}"
