"""`grade book`: what comes out of a gradebook."""

from __future__ import annotations

import click

from grader.cli.book_overview import overview


@click.group()
def book() -> None:
    """Tell what a gradebook holds."""


book.add_command(overview)
