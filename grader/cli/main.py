"""`grade`: the group of commands. A first word that is no command names what to grade: `grade lecture5`."""

from __future__ import annotations

import io
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader import __version__
from grader.cli.lazy_group import LazyGroup
from grader.cli.output import flush, open_standard_streams, say, sentence_of, silence
from grader.errors import GraderError
from grader.session.surroundings import import_nothing_from_here

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMPLETE = "_GRADE_COMPLETE"  # set by a shell that asks what may follow, however the grader is called
_TRACEBACK = "--traceback"

_COMMANDS = {
    "run": ("grader.cli.run", "run"),
    "progress": ("grader.cli.progress", "progress"),
    "watch": ("grader.cli.watch", "watch"),
    "list": ("grader.cli.list_course", "list_course"),
    "next": ("grader.cli.next_exercise", "next_exercise"),
    "hint": ("grader.cli.hint", "hint"),
    "show": ("grader.cli.show", "show"),
    "debug": ("grader.cli.debug", "debug"),
    "reset": ("grader.cli.reset", "reset"),
    "solution": ("grader.cli.solution", "solution"),
    "init": ("grader.cli.init", "init"),
    "batch": ("grader.cli.batch", "batch"),
    "new": ("grader.cli.new", "new"),
    "validate": ("grader.cli.validate", "validate"),
    "release": ("grader.cli.release", "release"),
    "book": ("grader.cli.book", "book"),
    "bundle": ("grader.cli.bundle", "bundle"),
    "ci": ("grader.cli.ci", "ci"),
    "doctor": ("grader.cli.doctor", "doctor"),
    "completion": ("grader.cli.completion", "completion"),
}


class GradeGroup(LazyGroup):
    """Takes any word that is no command for something to grade."""

    lazy = _COMMANDS

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `run` before a first word that is no command; no word at all, where one works, asks how one stands."""
        if not args and not ctx.resilient_parsing and Path("exercises").is_dir():
            args = ["progress"]
        first = next((word for word in args if not word.startswith("-")), None)
        own_options = {"--help", "-h", "--version"}
        if args and first not in _COMMANDS and not (set(args) & own_options and first is None):
            args = ["run", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands, none of which is imported for it, and what can be graded; else the options."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        from click.shell_completion import CompletionItem

        from grader.cli.completing import units_and_exercises

        commands = [CompletionItem(name) for name in _COMMANDS if name.startswith(incomplete)]
        return commands + units_and_exercises(ctx, self.params[0], incomplete)


@click.command(
    cls=GradeGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    epilog="Grade with `grade lecture5` or `grade lecture5.cross_entropy`; `grade run --help` lists the options. "
    "`grade` alone, where exercises/ is, says where you stand.",
)
@click.version_option(__version__, "--version", prog_name="grade", message="%(prog)s (gradlings) %(version)s")
def cli() -> None:
    """Grade exercises in neural networks, and say what was misunderstood.

    Exit codes: 0 all passed, 1 something failed, 2 wrong usage, 3 the grader or its environment failed. Where a command
    failed without a reason that it knew, --traceback says where.
    """


def main(args: list[str] | None = None) -> Any:
    """The entry point: every error is a sentence and an exit code that says whose it is, and never a traceback.

    Python's own exit code for an exception is 1, which here means that a submission failed.
    """
    words = sys.argv[1:] if args is None else list(args)
    wants_traceback = _TRACEBACK in words
    words = [word for word in words if word != _TRACEBACK]
    open_standard_streams()
    import_nothing_from_here()
    signal.signal(signal.SIGTERM, _terminate)  # cleans up as Ctrl-C does
    try:
        code = _call(words)
    except Exception as error:  # noqa: BLE001 - whatever nobody expected is ours
        say(f"Error: {sentence_of(error, more=f'With {_TRACEBACK} it says where.')}")
        if wants_traceback:
            say("".join(traceback.format_exception(error)))
        code = GraderError.exit_code
    if not flush(sys.stdout):
        say("Error: Standard output could not be written to its end.")
        code = GraderError.exit_code
    flush(sys.stderr)
    sys.exit(code)


def _call(words: list[str]) -> int:
    """Call the command; its exit code."""
    try:
        code = cli.main(words, complete_var=COMPLETE, standalone_mode=False)
    except click.exceptions.Abort:
        say("Interrupted.")
        return 130
    except KeyboardInterrupt:
        say("Interrupted. Nothing of the run is left.")
        return 130
    except SystemExit as ended:  # click has answered a shell that completes
        if ended.code == 0:
            return 0
        silence(sys.stdout)
        return GraderError.exit_code
    except BrokenPipeError:  # `grade list | head`: click exits with 1, and nothing has failed
        silence(sys.stdout)
        return GraderError.exit_code
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        say(shown.getvalue().rstrip())
        return error.exit_code
    except GraderError as error:
        say(f"Error: {error}")
        return error.exit_code
    return code if isinstance(code, int) else 0


def _terminate(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":  # as a module it would end with 0, and nothing graded
    import runpy

    runpy.run_module("grader", run_name="__main__")  # which refuses, or calls main
