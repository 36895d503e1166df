"""`grade book`: what is in a gradebook, and what comes out of it."""

from __future__ import annotations

import importlib

import click

_COMMANDS = {
    "list": ("grader.cli.book_list", "list_class"),
    "show": ("grader.cli.book_show", "show_learner"),
    "overview": ("grader.cli.book_overview", "overview"),
    "diff": ("grader.cli.book_diff", "diff"),
    "similar": ("grader.cli.book_similar", "similar"),
    "export": ("grader.cli.book_export", "export"),
}


class BookGroup(click.Group):
    """Loads a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, in the order of an instructor's need."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command


@click.command("book", cls=BookGroup, no_args_is_help=True)
def book() -> None:
    """Look into a gradebook, and take grades and feedback out of it. `grade batch` fills it."""
