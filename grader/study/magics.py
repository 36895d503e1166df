"""`%%grade`, `%grade` and `%hint`: what IPython calls, in the process where the learner's own code runs.

Nothing is graded in it: it has run torch, so that no worker could be forked of it, and whatever a cell did to a
library it did to that of this process. A pool of one fresh interpreter grades, is kept warm for the next call, and ends
with the kernel, however that ends.
"""

from __future__ import annotations

import atexit
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class
from IPython.display import display

from grader.errors import GraderError, UsageError
from grader.session.pool import Job, Pool
from grader.study.cells import Asked, Shown, grade_cells

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from IPython.core.interactiveshell import InteractiveShell


@magics_class
class GradeMagics(Magics):
    """The magics of one kernel, and the process that grades for it."""

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._shell: Any = shell  # has history and runs cells; IPython's own types say that it may not
        self._pool: Pool | None = None
        atexit.register(self.close)

    def close(self) -> None:
        """End the process that grades."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    @line_cell_magic
    def grade(self, line: str, cell: str | None = None) -> None:
        """Grade what the notebook defines, or run a cell and grade what it defines.

        %grade lecture7.head lecture7.block   what the cells that were run define, of each name the last definition
        %%grade lecture7.head                 runs this cell as any other, then grades it; helpers may stand in others

        Options: --seed N repeats the inputs of a run, --course PATH takes another course, -v has every check in the
        text.
        """
        _said(lambda: self._grade(line, cell))

    @line_magic
    def hint(self, line: str) -> None:
        """Show a hint for an exercise: `%hint lecture7.head`, then `%hint lecture7.head 2`."""
        _said(lambda: _hint(line))

    def _grade(self, line: str, cell: str | None) -> None:
        given = _options(line)
        cells = list(self._shell.history_manager.input_hist_raw[1:])
        if cell is not None:
            # below a comment in the place of the magic's line: so lines are counted as they stand in the cell
            ran = self._shell.run_cell(f"# %%grade {line}\n{cell}", store_history=False)
            if isinstance(ran.error_in_exec, KeyboardInterrupt):
                return
            if not cells or cell.strip() not in cells[-1]:  # a front end that keeps no history
                cells.append(f"%%grade {line}\n{cell}")
        course = str(Path(given.course).resolve()) if given.course else ""
        alone = cell if cell is not None else ""
        asked = Asked(course, tuple(given.names), tuple(cells), alone, given.seed, given.verbose)
        shown = self._graded(asked)
        display({"text/html": shown.html, "text/plain": shown.text}, raw=True)  # type: ignore[no-untyped-call]

    def _graded(self, asked: Asked) -> Shown:
        if self._pool is None:
            self._pool = Pool(1)
        try:
            (ended,) = self._pool.as_ended([Job(grade_cells, (asked,), ", ".join(asked.names))])
        except BaseException:  # interrupted: what is still to come would be taken for the next answer
            self.close()
            raise
        return ended.result()


def _options(line: str) -> argparse.Namespace:
    """What stands behind a magic."""
    import argparse

    class Parser(argparse.ArgumentParser):
        def error(self, message: str) -> NoReturn:
            raise UsageError(f"{message[:1].upper()}{message[1:]}. As in `%grade lecture5.linear`.")

    parser = Parser(prog="%grade", add_help=False)
    parser.add_argument("names", nargs="+", metavar="UNIT.EXERCISE")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--course", default="")
    parser.add_argument("-v", "--verbose", action="store_true")
    return parser.parse_args(_words(line))


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError as error:
        raise UsageError(f"{line!r} cannot be read: {error}.") from None


def _hint(line: str) -> None:
    from grader.course import find_course
    from grader.study.hints import hint_text

    match _words(line):
        case [name]:
            number = "1"
        case [name, number] if number.isdecimal():
            pass
        case _:
            raise UsageError("Name an exercise, and perhaps a number: `%hint lecture7.head 2`.")
    print(hint_text(find_course(None), name, int(number), "%hint"))  # noqa: T201 - a cell's output


def _said(work: Callable[[], Any]) -> None:
    """Do something; what cannot be done is said in a sentence, and keeps no other cell from being run."""
    try:
        work()
    except GraderError as error:
        print(f"Error: {error}", file=sys.stderr)  # noqa: T201 - a cell's output


_LOADED: dict[int, GradeMagics] = {}  # by shell


def load_ipython_extension(shell: InteractiveShell) -> None:
    """What `%load_ext` calls."""
    _LOADED[id(shell)] = GradeMagics(shell)
    shell.register_magics(_LOADED[id(shell)])


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """What `%unload_ext` calls, and `%reload_ext` first."""
    loaded = _LOADED.pop(id(shell), None)
    if loaded is not None:
        loaded.close()
