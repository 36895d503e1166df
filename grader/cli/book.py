"""`grade book`: what is in a gradebook, and what comes out of it."""

from __future__ import annotations

import click

from grader.cli.lazy_group import LazyGroup

_COMMANDS = {
    "list": ("grader.cli.book_list", "list_class"),
    "show": ("grader.cli.book_show", "show_learner"),
    "overview": ("grader.cli.book_overview", "overview"),
    "diff": ("grader.cli.book_diff", "diff"),
    "similar": ("grader.cli.book_similar", "similar"),
    "export": ("grader.cli.book_export", "export"),
}


class BookGroup(LazyGroup):
    """The commands of `grade book`."""

    lazy = _COMMANDS


@click.command("book", cls=BookGroup, no_args_is_help=True)
def book() -> None:
    """Look into a gradebook, and take grades and feedback out of it. `grade batch` fills it."""
