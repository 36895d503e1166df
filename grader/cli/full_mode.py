"""Full mode on the command line: its options, where it keeps results, and the line that shows it is alive."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from grader.cli.output import say
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.session.kept import KeptResults

_F = TypeVar("_F", bound=Callable[..., Any])

Tell = Callable[[str, str], None]


def full_options(function: _F) -> _F:
    """``--full``, ``--fresh`` and ``--device``."""
    for option in (
        click.option(
            "--device",
            type=click.Choice(["cpu", "cuda"]),
            default="cpu",
            show_default=True,
            help="Where the checks of --full train; cuda only with --isolation none, for work of your own.",
        ),
        click.option("--fresh", is_flag=True, help="Run every check of --full anew, whatever an earlier run found."),
        click.option(
            "--full",
            is_flag=True,
            help="Run the checks on real data too: minutes, and a download. A run that was cut short goes on.",
        ),
    ):
        function = option(function)
    return function


def demand_device(device: str, isolation: str, *, full: bool) -> None:
    """See that the device can be had.

    Raises:
        UsageError: it cannot; the message says what to do.
    """
    if device == "cpu":
        return
    if not full:
        raise UsageError("--device is for the checks of full mode: add --full.")
    if isolation != "none":
        raise UsageError(
            "A confined worker cannot reach an accelerator. For work of your own, add --isolation none; "
            "for anyone else's, grade on the CPU."
        )
    import torch

    if not torch.cuda.is_available():
        raise UsageError("torch sees no CUDA device here. Grade with --device cpu, or install a CUDA build of torch.")


def kept_results(folder: Path, *, fresh: bool) -> KeptResults | None:
    """Results of full mode in a folder that a journal has made; None where none can be kept, which a line says."""
    from grader.session.kept import NAME, KeptResults, signing_key

    key = signing_key(folder.parent)
    if key is None:
        trouble = (
            "No results of full mode are kept: they are signed, and there is no folder of yours for the key. "
            "Set HOME or XDG_STATE_HOME to one that is not below this folder."
        )
    else:
        kept = KeptResults(folder / NAME, key, use_old=not fresh)
        trouble = kept.trouble
    if trouble:
        say(trouble)
    return None if trouble else kept


@contextlib.contextmanager
def progress(*, wanted: bool) -> Iterator[Tell | None]:
    """Show which check runs and for how long, on a terminal's stderr; yields what to tell of each check."""
    if not wanted or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        started = time.monotonic()
        task = bar.add_task("starting")

        def tell(exercise: str, check: str) -> None:
            words = check.removeprefix("test_").replace("_", " ")
            total = int(time.monotonic() - started)
            bar.reset(task, description=f"{exercise} · {words}  (run: {total // 60}:{total % 60:02})")

        yield tell
