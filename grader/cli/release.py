"""`grade release`: cut the stubs from the solutions."""

from __future__ import annotations

from pathlib import Path

import click

from grader.author.release import release as cut
from grader.author.release import without_solution
from grader.cli.options import course_option
from grader.course import find_course


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 when a stub is not what its solution gives.")
@course_option
def release(check: bool, course_path: Path | None) -> int:
    """Write exercises/ from solutions/: every marked block becomes a NotImplementedError."""
    course = find_course(course_path)
    changed = cut(course, check)
    orphans = set(without_solution(course))
    for path in changed:
        found = "differs" if check else "written"
        click.echo(f"{'without a solution, and left as it is' if path in orphans else found}: {path}")
    if not changed:
        click.echo("Every stub is what its solution gives.")
    elif check and not orphans.issuperset(changed):
        click.echo("Run `grade release` and commit what it writes.", err=True)
    return 1 if check and changed else 0
