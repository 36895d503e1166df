"""`grade`: the group of commands. A first word that is no command names what to grade: `grade lecture5`."""

from __future__ import annotations

import signal
import sys
from typing import Any

import click

from grader import __version__
from grader.errors import GraderError
from grader.session.surroundings import import_nothing_from_here

_COMMANDS = {
    "run": ("grader.cli.run", "run"),
    "list": ("grader.cli.list_course", "list_course"),
    "hint": ("grader.cli.hint", "hint"),
    "show": ("grader.cli.show", "show"),
    "init": ("grader.cli.init", "init"),
    "validate": ("grader.cli.validate", "validate"),
    "release": ("grader.cli.release", "release"),
    "doctor": ("grader.cli.doctor", "doctor"),
}


class GradeGroup(click.Group):
    """Loads a command when it is called, and takes any other word for something to grade."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, in the order of a learner's need."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        import importlib

        module, name = _COMMANDS[cmd_name]
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `run` before a first word that is no command."""
        first = next((word for word in args if not word.startswith("-")), None)
        own_options = {"--help", "-h", "--version"}
        if args and first not in _COMMANDS and not (set(args) & own_options and first is None):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.command(
    cls=GradeGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    epilog="Grade with `grade lecture5` or `grade lecture5.cross_entropy`; `grade run --help` lists the options.",
)
@click.version_option(__version__, "--version", prog_name="grade", message="%(prog)s (gradlings) %(version)s")
def cli() -> None:
    """Grade exercises in neural networks, and say what was misunderstood.

    Exit codes: 0 all passed, 1 something failed, 2 wrong usage, 3 the grader or its environment failed.
    """


def main(args: list[str] | None = None) -> Any:
    """The entry point: turns errors into messages and exit codes, and never shows a traceback for a GraderError."""
    import_nothing_from_here()
    signal.signal(signal.SIGTERM, _terminate)  # cleans up as Ctrl-C does
    try:
        code = cli.main(args, standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Interrupted.", err=True)
        sys.exit(130)
    except KeyboardInterrupt:
        click.echo("Interrupted. Nothing of the run is left.", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except GraderError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(error.exit_code)
    sys.exit(code if isinstance(code, int) else 0)


def _terminate(*_: object) -> None:
    raise KeyboardInterrupt
