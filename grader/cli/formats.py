"""`--format NAME` and `--format NAME=PATH`: which forms of a report go where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click
from click.shell_completion import CompletionItem

from grader.cli.options import NamedPath
from grader.errors import UsageError
from grader.names import closest, one_of
from grader.reports.formats import GITHUB, NAMES, TERMINAL

_F = TypeVar("_F", bound=Callable[..., Any])
_HELP = (
    "Write the report in this form, to a file where one is named; give it as often as there are forms. Forms: "
    f"{', '.join(NAMES)}. `editor` gives `file:line: message` for each failing check, which the tasks of `grade init` "
    "read. The terminal's text stays where all others go to files."
)


class Sink(NamedTuple):
    """A form of the report, and the file that it goes to; None is standard output."""

    name: str
    path: Path | None = None


if TYPE_CHECKING:
    _Type = click.ParamType[Sink]
else:
    _Type = click.ParamType  # which takes no type before click 8.4


class _Word(_Type):
    """``junit`` or ``junit=report.xml``."""

    name = "format"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Sink:
        """Read a word."""
        if isinstance(value, Sink):
            return value
        name, has_path, path = str(value).partition("=")
        if name not in NAMES:
            near = closest(name, NAMES)
            self.fail(f"{name!r} is none. {f'Did you mean {near}? ' if near else ''}It is {one_of(NAMES)}.", param, ctx)
        return Sink(name, NamedPath(dir_okay=False).convert(path, param, ctx) if has_path else None)

    def get_metavar(self, *_: Any, **__: Any) -> str:
        """What stands for it in the list of options."""
        return "NAME[=PATH]"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The names of forms."""
        del ctx, param
        return [CompletionItem(name) for name in NAMES if name.startswith(incomplete)]


class DeliveringCommand(click.Command):
    """A command whose files are there for whoever waits for them, even where its own words are not understood."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words; write what is wrong with them to the files that they name."""
        words = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            if not ctx.resilient_parsing:
                from grader.cli.delivery import deliver_refusal

                deliver_refusal(_files_in(words), error.format_message())
            raise


def _files_in(words: Sequence[str]) -> list[Sink]:
    """The files that words name, as far as they are understood."""
    values = [after for word, after in pairwise(words) if word == "--format"]
    values += [word.partition("=")[2] for word in words if word.startswith("--format=")]
    pairs = [value.partition("=") for value in values]
    return [Sink(name, Path(path)) for name, _, path in pairs if name in NAMES and path and not Path(path).is_dir()]


def format_options(function: _F) -> _F:
    """``--format``, and ``--output`` that names the file of a single one."""
    function = click.option(
        "--output",
        type=NamedPath(dir_okay=False),
        help="The file of the one --format; without that, of the terminal's text.",
    )(function)
    return click.option("--format", "sinks", type=_Word(), multiple=True, help=_HELP)(function)


def settled(sinks: Sequence[Sink], output: Path | None) -> tuple[Sink, ...]:
    """Where everything goes; what is written to standard output is among it.

    Raises:
        UsageError: two are to go to one place, or it cannot be told what `--output` is for.
    """
    found = list(dict.fromkeys(sinks))
    if output is not None:
        found = [_with_output(found, output)]
    printed = [sink.name for sink in found if sink.path is None and sink.name != GITHUB]
    if len(printed) > 1:
        raise UsageError(
            f"{' and '.join(printed)} would all go to standard output. Name files for all but one: "
            f"--format {printed[-1]}=PATH"
        )
    paths = [sink.path.absolute() for sink in found if sink.path is not None]
    for sink in found:
        if sink.path is not None and paths.count(sink.path.absolute()) > 1:
            raise UsageError(f"Two formats would be written to {sink.path}. Name a file for each.")
    return tuple(found) if printed else (Sink(TERMINAL), *found)


def _with_output(sinks: Sequence[Sink], output: Path) -> Sink:
    """The old spelling, ``--format junit --output report.xml``."""
    if len(sinks) > 1 or (sinks and sinks[0].path is not None):
        raise UsageError(f"--output {output} goes with one --format. Name the file of each: --format NAME=PATH")
    return Sink(sinks[0].name if sinks else TERMINAL, output)
